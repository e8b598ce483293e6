;;; SPDX-License-Identifier: ISC
;;; version.scm PORT FILE: answers with what FILE was at the start.
(use-modules (web server) (ice-9 textual-ports))

(define port (string->number (cadr (command-line))))
(define version (call-with-input-file (caddr (command-line)) get-string-all))

(run-server (lambda (request body) (values '((content-type . (text/plain))) version))
            'http (list #:port port))
