package kernel

import "golang.org/x/sys/cpu"

//go:generate go run ./gen

// Sets gives what the processor has, the fastest first.
func Sets() (all []*Set) {
	x := &cpu.X86
	if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL && x.HasAVX512VNNI {
		all = append(all, assembled("avx512", &functions{
			quantiseAVX512, multiplyAVX512, productAVX512, softmaxAVX512, geluAVX512, addNormAVX512,
		}))
	}
	if x.HasAVX2 {
		all = append(all, assembled("avx2", &functions{
			quantiseAVX2, multiplyAVX2, productAVX2, softmaxAVX2, geluAVX2, addNormAVX2,
		}))
	}
	return append(all, Plain())
}

//go:noescape
func quantiseAVX512(a *quantiseArgs)

//go:noescape
func multiplyAVX512(a *multiplyArgs)

//go:noescape
func productAVX512(a *productArgs)

//go:noescape
func softmaxAVX512(a *softmaxArgs)

//go:noescape
func geluAVX512(a *geluArgs)

//go:noescape
func addNormAVX512(a *normArgs)

//go:noescape
func quantiseAVX2(a *quantiseArgs)

//go:noescape
func multiplyAVX2(a *multiplyArgs)

//go:noescape
func productAVX2(a *productArgs)

//go:noescape
func softmaxAVX2(a *softmaxArgs)

//go:noescape
func geluAVX2(a *geluArgs)

//go:noescape
func addNormAVX2(a *normArgs)
