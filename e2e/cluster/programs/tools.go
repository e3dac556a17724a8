//go:build tools

package cluster

import (
	_ "github.com/mattfenwick/cyclonus/cmd/cyclonus"
	_ "github.com/traefik/traefik/v3/cmd/traefik"
	_ "helm.sh/helm/v3/cmd/helm"
	_ "sigs.k8s.io/metrics-server/cmd/metrics-server"
)
