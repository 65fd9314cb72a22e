//go:build amd64 && !purego

#include "textflag.h"

// The tables of Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte" (2021): by the halves of a byte and the upper half of the next,
// the errors that the two can be. An error that all three tables have is one.
DATA utf8Tables<>+0(SB)/8, $0x0202020202020202
DATA utf8Tables<>+8(SB)/8, $0x4915012180808080
DATA utf8Tables<>+16(SB)/8, $0x0202020202020202
DATA utf8Tables<>+24(SB)/8, $0x4915012180808080
DATA utf8Tables<>+32(SB)/8, $0xcbcbcb8b8383a3e7
DATA utf8Tables<>+40(SB)/8, $0xcbcbdbcbcbcbcbcb
DATA utf8Tables<>+48(SB)/8, $0xcbcbcb8b8383a3e7
DATA utf8Tables<>+56(SB)/8, $0xcbcbdbcbcbcbcbcb
DATA utf8Tables<>+64(SB)/8, $0x0101010101010101
DATA utf8Tables<>+72(SB)/8, $0x01010101babaaee6
DATA utf8Tables<>+80(SB)/8, $0x0101010101010101
DATA utf8Tables<>+88(SB)/8, $0x01010101babaaee6
GLOBL utf8Tables<>(SB), RODATA|NOPTR, $96

DATA utf8Bytes<>+0(SB)/4, $0x800f6070 // the lower half of a byte, the least third and fourth of a character but 0x80, and 0x80
GLOBL utf8Bytes<>(SB), RODATA|NOPTR, $4

// func validBlocks(text *byte, blocks int) bool
TEXT ·validBlocks(SB), NOSPLIT, $0-17
	MOVQ         text+0(FP), SI
	MOVQ         blocks+8(FP), CX
	VMOVDQU      utf8Tables<>+0(SB), Y10
	VMOVDQU      utf8Tables<>+32(SB), Y11
	VMOVDQU      utf8Tables<>+64(SB), Y12
	VPBROADCASTB utf8Bytes<>+0(SB), Y6 // 0x70 = 0xf0-0x80
	VPBROADCASTB utf8Bytes<>+1(SB), Y7 // 0x60 = 0xe0-0x80
	VPBROADCASTB utf8Bytes<>+2(SB), Y8 // 0x0f
	VPBROADCASTB utf8Bytes<>+3(SB), Y9 // 0x80
	VPXOR        Y15, Y15, Y15         // errors
	VPXOR        Y1, Y1, Y1            // the block before

next:
	VMOVDQU    (SI), Y0
	VPERM2I128 $0x21, Y0, Y1, Y2 // its end and the beginning of this one
	VPALIGNR   $15, Y2, Y0, Y3   // each byte's predecessor
	VPSRLW     $4, Y3, Y4
	VPAND      Y8, Y4, Y4
	VPSHUFB    Y4, Y10, Y4
	VPAND      Y8, Y3, Y3
	VPSHUFB    Y3, Y11, Y3
	VPAND      Y3, Y4, Y4
	VPSRLW     $4, Y0, Y3
	VPAND      Y8, Y3, Y3
	VPSHUFB    Y3, Y12, Y3
	VPAND      Y3, Y4, Y4
	VPALIGNR   $14, Y2, Y0, Y3   // two and three before: what must be followed by so many
	VPSUBUSB   Y7, Y3, Y3
	VPALIGNR   $13, Y2, Y0, Y5
	VPSUBUSB   Y6, Y5, Y5
	VPOR       Y3, Y5, Y5
	VPAND      Y9, Y5, Y5
	VPXOR      Y4, Y5, Y5
	VPOR       Y5, Y15, Y15
	VMOVDQA    Y0, Y1
	ADDQ       $32, SI
	DECQ       CX
	JNZ        next
	VPTEST     Y15, Y15
	SETEQ      ret+16(FP)
	VZEROUPPER
	RET

DATA marksEnd<>+0(SB)/1, $0x0a
GLOBL marksEnd<>(SB), RODATA|NOPTR, $1

// func markBlocks(dst *uint64, text *byte, blocks int, comma byte)
TEXT ·markBlocks(SB), NOSPLIT, $0-25
	MOVQ         dst+0(FP), DI
	MOVQ         text+8(FP), SI
	MOVQ         blocks+16(FP), CX
	VPBROADCASTB comma+24(FP), Y1
	VPBROADCASTB marksEnd<>(SB), Y2

next:
	VMOVDQU   (SI), Y3
	VMOVDQU   32(SI), Y4
	VPCMPEQB  Y3, Y1, Y5
	VPCMPEQB  Y3, Y2, Y3
	VPCMPEQB  Y4, Y1, Y6
	VPCMPEQB  Y4, Y2, Y4
	VPOR      Y3, Y5, Y3
	VPOR      Y4, Y6, Y4
	VPMOVMSKB Y3, AX
	VPMOVMSKB Y4, BX
	SHLQ      $32, BX
	ORQ       BX, AX
	MOVQ      AX, (DI)
	ADDQ      $64, SI
	ADDQ      $8, DI
	DECQ      CX
	JNZ       next
	VZEROUPPER
	RET
