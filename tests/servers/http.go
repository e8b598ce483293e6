// SPDX-License-Identifier: ISC

// http PORT FILE: answers with what FILE was at the start.
package main

import (
	"net/http"
	"os"
)

func main() {
	version, err := os.ReadFile(os.Args[2])
	if err != nil {
		panic(err)
	}
	http.HandleFunc("/", func(to http.ResponseWriter, _ *http.Request) { to.Write(version) })
	panic(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
