package kernel

import "golang.org/x/sys/cpu"

// Sets gives what the processor has, the fastest first.
func Sets() (all []*Set) {
	if cpu.ARM64.HasASIMDDP {
		all = append(all, assembled("dotprod", &functions{
			quantiseNEON, multiplyDotProd, productNEON, softmaxNEON, geluNEON, addNormNEON,
		}))
	}
	return append(all, assembled("neon", &functions{
		quantiseNEON, multiplyNEON, productNEON, softmaxNEON, geluNEON, addNormNEON,
	}), Plain())
}

//go:noescape
func quantiseNEON(a *quantiseArgs)

//go:noescape
func multiplyNEON(a *multiplyArgs)

//go:noescape
func multiplyDotProd(a *multiplyArgs)

//go:noescape
func productNEON(a *productArgs)

//go:noescape
func softmaxNEON(a *softmaxArgs)

//go:noescape
func geluNEON(a *geluArgs)

//go:noescape
func addNormNEON(a *normArgs)
