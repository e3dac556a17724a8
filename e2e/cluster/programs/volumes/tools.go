//go:build tools

package volumes

import _ "github.com/rancher/local-path-provisioner"
