// The one program of the pods that belong to the node: it holds a pod's namespaces open ("pause"), and
// it makes and removes the directories of volumes for the provisioner, so that no image needs a shell.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// The provisioner says what to do and where; a sandbox is started without arguments.
	path := flag.String("p", "", "the volume's directory")
	action := flag.String("a", "", "create or delete")
	flag.String("m", "", "the volume's mode; directories have none")
	flag.String("s", "", "the volume's size; directories have none")
	flag.Parse()

	var err error
	switch *action {
	case "":
		pause()
	case "create":
		err = create(*path)
	case "delete":
		err = os.RemoveAll(*path)
	default:
		err = fmt.Errorf("unknown action %q", *action)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func pause() {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	for received := range signals {
		if received != syscall.SIGCHLD {
			return
		}
		// Orphans become children of a pod's first process.
		for pid := 1; pid > 0; {
			pid, _ = syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		}
	}
}

func create(path string) error {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return err
	}
	// Whoever the pod runs as may write; the umask took that away.
	return os.Chmod(path, 0o777)
}
