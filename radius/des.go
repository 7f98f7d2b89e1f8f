package radius

import (
	"encoding/binary"
	"math/bits"
	"strconv"
)

// DES (FIPS 46-3) as MS-CHAPv2 has it: three keys of 56 bits, each for one block. The library makes a key's sixteen subkeys bit by
// bit, which takes ten times as long as the block; here they come from tables.

// desSubkey is the 48 bits of a round, in sixes of an octet each: those that meet an R rotated left by five, and by one.
type desSubkey struct{ five, one uint32 }

// desEncrypt encrypts a block that has been through desInitial.
func desEncrypt(key [7]byte, permuted uint64) (sealed [8]byte) {
	left, right := uint32(permuted>>32), uint32(permuted)
	halves := desChoice1.of(uint64(binary.BigEndian.Uint32(key[:]))<<24 | uint64(binary.BigEndian.Uint32(key[3:])&0xffffff))
	c, d := uint32(halves>>28), uint32(halves&0xfffffff)
	for _, shift := range desShifts {
		c, d = (c<<shift|c>>(28-shift))&0xfffffff, (d<<shift|d>>(28-shift))&0xfffffff
		left, right = right, left^desRound(right, desSubkeyOf(c, d))
	}
	binary.BigEndian.PutUint64(sealed[:], desFinal.of(uint64(right)<<32|uint64(left)))
	return sealed
}

func desSubkeyOf(c, d uint32) desSubkey {
	k := desChoice2[0][c>>21] | desChoice2[1][c>>14&0x7f] | desChoice2[2][c>>7&0x7f] | desChoice2[3][c&0x7f] |
		desChoice2[4][d>>21] | desChoice2[5][d>>14&0x7f] | desChoice2[6][d>>7&0x7f] | desChoice2[7][d&0x7f]
	return desSubkey{uint32(k >> 32), uint32(k)}
}

// desRound is f(R, K): the six bits that meet box n are those of R rotated left by 4n+5, the lowest ones.
func desRound(right uint32, k desSubkey) uint32 {
	u, v := bits.RotateLeft32(right, 5)^k.five, bits.RotateLeft32(right, 1)^k.one
	return desBoxes[0][u&0x3f] ^ desBoxes[6][u>>8&0x3f] ^ desBoxes[4][u>>16&0x3f] ^ desBoxes[2][u>>24&0x3f] ^
		desBoxes[7][v&0x3f] ^ desBoxes[5][v>>8&0x3f] ^ desBoxes[3][v>>16&0x3f] ^ desBoxes[1][v>>24&0x3f]
}

// permutation moves bits, four at a time: what each value of each four becomes, the last four first.
type permutation [16][16]uint64

func (p *permutation) of(x uint64) (y uint64) {
	for i := range p {
		y |= p[i][x&0xf]
		x >>= 4
	}
	return y
}

// newPermutation takes the numbers of the bits that the result is made of, as standards write them: from 1, the highest first.
func newPermutation(width int, numbers []int) *permutation {
	var p permutation
	for i, number := range numbers {
		from, to := width-number, uint64(1)<<(len(numbers)-1-i)
		for value := range 16 {
			if value>>(from%4)&1 == 1 {
				p[from/4][value] |= to
			}
		}
	}
	return &p
}

var (
	desInitial, desFinal = func() (initial, final *permutation) {
		var numbers, back [64]int
		for i := range numbers {
			numbers[i] = [...]int{58, 60, 62, 64, 57, 59, 61, 63}[i/8] - 8*(i%8)
			back[numbers[i]-1] = i + 1
		}
		return newPermutation(64, numbers[:]), newPermutation(64, back[:])
	}()

	// desChoice1 is PC-1 for a key without the bits of parity, which the standard counts.
	desChoice1 = func() *permutation {
		numbers := []int{57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
			63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4}
		for i, n := range numbers {
			numbers[i] = n - n/8
		}
		return newPermutation(56, numbers)
	}()

	desShifts = [16]int{1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1}

	// desChoice2 is PC-2, of seven bits at a time, to the places of desSubkey.
	desChoice2 = func() (tables [8][128]uint64) {
		places := [8]int{32, 24, 56, 16, 48, 8, 40, 0} // of the six bits of each box
		for i, n := range []int{14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
			41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32} {
			for value := range 128 {
				if value>>(6-(n-1)%7)&1 == 1 {
					tables[(n-1)/7][value] |= 1 << (places[i/6] + 5 - i%6)
				}
			}
		}
		return tables
	}()

	// desBoxes are the S-boxes, each with P behind it.
	desBoxes = func() (boxes [8][64]uint32) {
		behind := newPermutation(32, []int{16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25})
		for n, rows := range desSelections {
			for six := range 64 {
				four, err := strconv.ParseUint(rows[six>>4&2|six&1][six>>1&0xf:][:1], 16, 4)
				if err != nil {
					panic(err) // the rows below are of digits
				}
				boxes[n][six] = uint32(behind.of(four << (28 - 4*n)))
			}
		}
		return boxes
	}()
)

// desSelections are S1 to S8, a digit for each number.
var desSelections = [8][4]string{
	{"e4d12fb83a6c5907", "0f74e2d1a6cb9538", "41e8d62bfc973a50", "fc8249175b3ea06d"},
	{"f18e6b34972dc05a", "3d47f28ec01a69b5", "0e7ba4d158c6932f", "d8a13f42b67c05e9"},
	{"a09e63f51dc7b428", "d709346a285ecbf1", "d6498f30b12c5ae7", "1ad069874fe3b52c"},
	{"7de3069a1285bc4f", "d8b56f03472c1ae9", "a690cb7df13e5284", "3f06a1d8945bc72e"},
	{"2c417ab6853fd0e9", "eb2c47d150fa3986", "421bad78f9c5630e", "b8c71e2d6f09a453"},
	{"c1af92680d34e75b", "af427c9561de0b38", "9ef528c3704a1db6", "432c95fabe17608d"},
	{"4b2ef08d3c975a61", "d0b7491ae35c2f86", "14bdc37eaf680592", "6bd814a7950fe23c"},
	{"d2846fb1a93e50c7", "1fd8a374c56b0e92", "7b419ce206adf358", "21e74a8dfc90356b"},
}
