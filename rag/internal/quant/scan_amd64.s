#include "textflag.h"

// Both functions look at eight rows a turn. SI is at their signs, a word of each
// after the other; R8, R9, R13 and R10 are at their means, signs, counts and
// scores, R11 at their byte of above. DI is at the query's words, R12 at its
// planes, four of a word after the other.

#define LOAD \
	MOVQ a+0(FP), AX           \
	MOVQ 0(AX), SI             \
	MOVQ 8(AX), DX             \
	MOVQ 16(AX), DI            \
	MOVQ 24(AX), R8            \
	MOVQ 32(AX), R9            \
	MOVQ 40(AX), R10           \
	MOVQ 48(AX), R11           \
	MOVQ 56(AX), CX            \
	MOVQ 88(AX), R12           \
	MOVQ 96(AX), R13           \
	VBROADCASTSS 64(AX), Y10   \
	VBROADCASTSS 68(AX), Y11   \
	VBROADCASTSS 72(AX), Y12   \

// FIRST makes estimates of the distances in Y0.
#define FIRST \
	VMULPS Y11, Y0, Y0         \
	VSUBPS Y0, Y10, Y0         \
	VMULPS (R9), Y0, Y0        \
	VADDPS (R8), Y0, Y0        \

// SECOND makes estimates of the sums in Y0 and stores them.
#define SECOND \
	VBROADCASTSS 76(AX), Y2    \
	VMULPS Y2, Y0, Y0          \
	VBROADCASTSS 80(AX), Y2    \
	VMULPS (R13), Y2, Y2       \
	VSUBPS Y2, Y0, Y0          \
	VBROADCASTSS 84(AX), Y2    \
	VSUBPS Y2, Y0, Y0          \
	VMULPS (R9), Y0, Y0        \
	VADDPS (R8), Y0, Y0        \
	VMOVUPS Y0, (R10)          \

#define NEXT \
	ADDQ $32, R8               \
	ADDQ $32, R9               \
	ADDQ $32, R10              \
	ADDQ $32, R13              \
	INCQ R11                   \

// func lanesAVX512(a *lanesArgs)
TEXT ·lanesAVX512(SB), NOSPLIT, $0-8
	LOAD

group512:
	VPXORQ Z0, Z0, Z0
	XORQ BX, BX
	MOVQ SI, R14

word512:
	PREFETCHT0 2048(SI)
	VMOVDQU64 (SI), Z1
	VPXORQ.BCST (DI)(BX*8), Z1, Z1
	VPOPCNTQ Z1, Z1
	VPADDQ Z1, Z0, Z0
	ADDQ $64, SI
	INCQ BX
	CMPQ BX, DX
	JLT word512

	VCVTUQQ2PS Z0, Y0
	FIRST
	VCMPPS $0x0E, Y12, Y0, K1
	KMOVB K1, BX
	MOVB BX, (R11)
	TESTB BX, BX
	JZ next512

	VPXORQ Z0, Z0, Z0
	MOVQ R12, R15
	MOVQ DX, BX

plane512:
	VMOVDQU64 (R14), Z1
	VPANDQ.BCST (R15), Z1, Z2
	VPANDQ.BCST 8(R15), Z1, Z3
	VPANDQ.BCST 16(R15), Z1, Z4
	VPANDQ.BCST 24(R15), Z1, Z5
	VPOPCNTQ Z2, Z2
	VPOPCNTQ Z3, Z3
	VPOPCNTQ Z4, Z4
	VPOPCNTQ Z5, Z5
	VPSLLQ $1, Z3, Z3
	VPSLLQ $2, Z4, Z4
	VPSLLQ $3, Z5, Z5
	VPADDQ Z2, Z3, Z2
	VPADDQ Z4, Z5, Z4
	VPADDQ Z2, Z0, Z0
	VPADDQ Z4, Z0, Z0
	ADDQ $64, R14
	ADDQ $32, R15
	DECQ BX
	JNZ plane512

	VCVTUQQ2PS Z0, Y0
	SECOND

next512:
	NEXT
	DECQ CX
	JNZ group512
	VZEROUPPER
	RET

// The bits of each nibble, for both halves of a register.
DATA nibbles<>+0(SB)/8, $0x0302020102010100
DATA nibbles<>+8(SB)/8, $0x0403030203020201
DATA nibbles<>+16(SB)/8, $0x0302020102010100
DATA nibbles<>+24(SB)/8, $0x0403030203020201
GLOBL nibbles<>(SB), RODATA|NOPTR, $32

DATA lowNibble<>+0(SB)/4, $0x0F0F0F0F
GLOBL lowNibble<>(SB), RODATA|NOPTR, $4

// COUNT counts the bits of each byte of reg, with tmp (Muła, Kurz and Lemire,
// "Faster population counts using AVX2 instructions", 2018).
#define COUNT(reg, tmp) \
	VPSRLW $4, reg, tmp        \
	VPAND Y14, reg, reg        \
	VPAND Y14, tmp, tmp        \
	VPSHUFB reg, Y13, reg      \
	VPSHUFB tmp, Y13, tmp      \
	VPADDB reg, tmp, reg       \

// PLANE makes the counts in a and b, of rows 0 to 3 and 4 to 7, twice as much
// and adds those of the bits that Y8 and Y9 have in a plane.
#define PLANE(off, a, b) \
	VPBROADCASTQ off(R15), Y2  \
	VPAND Y2, Y8, Y3           \
	VPAND Y2, Y9, Y4           \
	COUNT(Y3, Y5)              \
	COUNT(Y4, Y5)              \
	VPADDB a, a, a             \
	VPADDB b, b, b             \
	VPADDB Y3, a, a            \
	VPADDB Y4, b, b            \

// SUMS makes floats, in the order of the rows, of four sums in Y0 and four in Y1.
#define SUMS \
	VSHUFPS $0x88, Y1, Y0, Y0  \
	VPERMQ $0xD8, Y0, Y0       \
	VCVTDQ2PS Y0, Y0           \

// func lanesAVX2(a *lanesArgs)
TEXT ·lanesAVX2(SB), NOSPLIT, $0-8
	LOAD
	VMOVDQU nibbles<>(SB), Y13
	VPBROADCASTD lowNibble<>(SB), Y14
	VPXOR Y15, Y15, Y15

group2:
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	XORQ BX, BX
	MOVQ SI, R14

word2:
	VPBROADCASTQ (DI)(BX*8), Y2
	VPXOR (SI), Y2, Y3
	VPXOR 32(SI), Y2, Y4
	COUNT(Y3, Y5)
	COUNT(Y4, Y5)
	VPSADBW Y15, Y3, Y3
	VPSADBW Y15, Y4, Y4
	VPADDQ Y3, Y0, Y0
	VPADDQ Y4, Y1, Y1
	ADDQ $64, SI
	INCQ BX
	CMPQ BX, DX
	JLT word2

	SUMS
	FIRST
	VCMPPS $0x1E, Y12, Y0, Y1
	VMOVMSKPS Y1, BX
	MOVB BX, (R11)
	TESTB BX, BX
	JZ next2

	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	MOVQ R12, R15
	MOVQ DX, BX

plane2:
	VMOVDQU (R14), Y8
	VMOVDQU 32(R14), Y9
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	PLANE(24, Y6, Y7)
	PLANE(16, Y6, Y7)
	PLANE(8, Y6, Y7)
	PLANE(0, Y6, Y7)
	VPSADBW Y15, Y6, Y6
	VPSADBW Y15, Y7, Y7
	VPADDQ Y6, Y0, Y0
	VPADDQ Y7, Y1, Y1
	ADDQ $64, R14
	ADDQ $32, R15
	DECQ BX
	JNZ plane2

	SUMS
	SECOND

next2:
	NEXT
	DECQ CX
	JNZ group2
	VZEROUPPER
	RET

// func prefetchLines(p *uint64, lines int)
TEXT ·prefetchLines(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), SI
	MOVQ lines+8(FP), CX

line:
	PREFETCHT0 (SI)
	ADDQ $64, SI
	DECQ CX
	JG line
	RET

// func dotAVX2(a, b *float32, n int) float32
//
// Eight sums, of every eighth product, are added as dotPlain adds them.
TEXT ·dotAVX2(SB), NOSPLIT, $0-28
	MOVQ a+0(FP), SI
	MOVQ b+8(FP), DI
	MOVQ n+16(FP), CX
	VXORPS Y0, Y0, Y0

eight:
	VMOVUPS (SI), Y1
	VMULPS (DI), Y1, Y1
	VADDPS Y1, Y0, Y0
	ADDQ $32, SI
	ADDQ $32, DI
	SUBQ $8, CX
	JG eight

	VEXTRACTF128 $1, Y0, X1
	VADDPS X1, X0, X0         // s0+s4, s1+s5, s2+s6, s3+s7
	VMOVSHDUP X0, X1
	VADDSS X1, X0, X2
	VPERMILPS $2, X0, X1
	VADDSS X1, X2, X2
	VPERMILPS $3, X0, X1
	VADDSS X1, X2, X2
	VMOVSS X2, ret+24(FP)
	VZEROUPPER
	RET
