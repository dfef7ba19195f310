#pragma once
#if defined(__aarch64__)
#  include <cstddef>

namespace edgenn::microkernels {

/// y[m][n] = clamp(bias[n] + sum over k of a[m][k] * b[k][n]) for `tiles` times 8 rows of 8 columns and a
/// multiple of 8 of k. Written in assembly because the tile fills all 32 registers: 16 sums (v16 to v31), a
/// vector of the left operand for each row (v0 to v7) and the next one of half of them (v8 to v11), loaded in
/// pairs, and two pairs of weights (v12 to v15), one loaded while the other is used. Compilers move values
/// between registers instead. `limits` are the clamp's two; pitches count bytes.
inline void gemm_tiles_neon(const float* a, std::ptrdiff_t a_pitch, const float* b, std::ptrdiff_t k,
                            const float* bias, float* y, std::ptrdiff_t y_pitch, const float* limits,
                            std::ptrdiff_t tiles) {
// clang-format off
#  define EDGENN_SUMS(s0, s1, left, lane, w0, w1)                \
    "fmla v" #s0 ".4s, v" #w0 ".4s, v" #left ".s[" #lane "]\n\t" \
    "fmla v" #s1 ".4s, v" #w1 ".4s, v" #left ".s[" #lane "]\n\t"
#  define EDGENN_ROWS_4_TO_7(lane, w0, w1) \
    EDGENN_SUMS(24, 25, 4, lane, w0, w1)   \
    EDGENN_SUMS(26, 27, 5, lane, w0, w1)   \
    EDGENN_SUMS(28, 29, 6, lane, w0, w1)   \
    EDGENN_SUMS(30, 31, 7, lane, w0, w1)
#  define EDGENN_ROWS_0_TO_3(r0, r1, r2, r3, lane, w0, w1) \
    EDGENN_SUMS(16, 17, r0, lane, w0, w1)                  \
    EDGENN_SUMS(18, 19, r1, lane, w0, w1)                  \
    EDGENN_SUMS(20, 21, r2, lane, w0, w1)                  \
    EDGENN_SUMS(22, 23, r3, lane, w0, w1)
#  define EDGENN_WEIGHTS(w0, w1) "ldp q" #w0 ", q" #w1 ", [%[w]], #32\n\t"
#  define EDGENN_ROWS_4_TO_7_LEFT \
    "ldr q4, [%[a4]], #16\n\t"    \
    "ldr q5, [%[a5]], #16\n\t"    \
    "ldr q6, [%[a6]], #16\n\t"    \
    "ldr q7, [%[a7]], #16\n\t"
#  define EDGENN_CLAMP(s)                    \
    "fmax v" #s ".4s, v" #s ".4s, v0.4s\n\t" \
    "fmin v" #s ".4s, v" #s ".4s, v1.4s\n\t"
#  define EDGENN_STORE(s0, s1)           \
    EDGENN_CLAMP(s0)                     \
    EDGENN_CLAMP(s1)                     \
    "stp q" #s0 ", q" #s1 ", [%[y]]\n\t" \
    "add %[y], %[y], %[y_pitch]\n\t"
  // clang-format on
  const float *a1, *a2, *a3, *a4, *a5, *a6, *a7, *w;
  std::ptrdiff_t n;
  asm volatile(
      "1:\n\t"
      "ldp q16, q17, [%[bias]]\n\t"
      "add %[a1], %[a], %[a_pitch]\n\t"
      "ldp q18, q19, [%[bias]]\n\t"
      "add %[a2], %[a1], %[a_pitch]\n\t"
      "ldp q20, q21, [%[bias]]\n\t"
      "add %[a3], %[a2], %[a_pitch]\n\t"
      "ldp q22, q23, [%[bias]]\n\t"
      "add %[a4], %[a3], %[a_pitch]\n\t"
      "ldp q24, q25, [%[bias]]\n\t"
      "add %[a5], %[a4], %[a_pitch]\n\t"
      "ldp q26, q27, [%[bias]]\n\t"
      "add %[a6], %[a5], %[a_pitch]\n\t"
      "ldp q28, q29, [%[bias]]\n\t"
      "add %[a7], %[a6], %[a_pitch]\n\t"
      "ldp q30, q31, [%[bias]]\n\t"
      "mov %[w], %[b]\n\t"
      "mov %[n], %[k]\n\t"
      "2:\n\t" EDGENN_WEIGHTS(12, 13) EDGENN_ROWS_4_TO_7_LEFT
      "ldp q0, q8, [%[a]], #32\n\t"
      "ldp q1, q9, [%[a1]], #32\n\t"
      "ldp q2, q10, [%[a2]], #32\n\t"
      "ldp q3, q11, [%[a3]], #32\n\t"
      "subs %[n], %[n], #8\n\t"
      EDGENN_WEIGHTS(14, 15) EDGENN_ROWS_4_TO_7(0, 12, 13) EDGENN_ROWS_0_TO_3(0, 1, 2, 3, 0, 12, 13)
      EDGENN_WEIGHTS(12, 13) EDGENN_ROWS_4_TO_7(1, 14, 15) EDGENN_ROWS_0_TO_3(0, 1, 2, 3, 1, 14, 15)
      EDGENN_WEIGHTS(14, 15) EDGENN_ROWS_4_TO_7(2, 12, 13) EDGENN_ROWS_0_TO_3(0, 1, 2, 3, 2, 12, 13)
      EDGENN_WEIGHTS(12, 13) EDGENN_ROWS_4_TO_7(3, 14, 15)
      EDGENN_ROWS_4_TO_7_LEFT EDGENN_ROWS_0_TO_3(0, 1, 2, 3, 3, 14, 15)
      EDGENN_WEIGHTS(14, 15) EDGENN_ROWS_4_TO_7(0, 12, 13) EDGENN_ROWS_0_TO_3(8, 9, 10, 11, 0, 12, 13)
      EDGENN_WEIGHTS(12, 13) EDGENN_ROWS_4_TO_7(1, 14, 15) EDGENN_ROWS_0_TO_3(8, 9, 10, 11, 1, 14, 15)
      EDGENN_WEIGHTS(14, 15) EDGENN_ROWS_4_TO_7(2, 12, 13) EDGENN_ROWS_0_TO_3(8, 9, 10, 11, 2, 12, 13)
      EDGENN_ROWS_4_TO_7(3, 14, 15) EDGENN_ROWS_0_TO_3(8, 9, 10, 11, 3, 14, 15)
      "b.ne 2b\n\t"
      "ld1r {v0.4s}, [%[low]]\n\t"
      "ld1r {v1.4s}, [%[high]]\n\t"
      EDGENN_STORE(16, 17) EDGENN_STORE(18, 19) EDGENN_STORE(20, 21) EDGENN_STORE(22, 23)
      EDGENN_STORE(24, 25) EDGENN_STORE(26, 27) EDGENN_STORE(28, 29) EDGENN_STORE(30, 31)
      "add %[a], %[a7], %[to_next]\n\t"
      "subs %[tiles], %[tiles], #1\n\t"
      "b.ne 1b\n\t"
      : [a] "+&r"(a), [y] "+&r"(y), [tiles] "+&r"(tiles), [a1] "=&r"(a1), [a2] "=&r"(a2), [a3] "=&r"(a3),
        [a4] "=&r"(a4), [a5] "=&r"(a5), [a6] "=&r"(a6), [a7] "=&r"(a7), [w] "=&r"(w), [n] "=&r"(n)
      : [a_pitch] "r"(a_pitch), [y_pitch] "r"(y_pitch), [b] "r"(b), [k] "r"(k), [bias] "r"(bias),
        [low] "r"(limits), [high] "r"(limits + 1),
        [to_next] "r"(a_pitch - k * std::ptrdiff_t{sizeof(float)})
      : "cc", "memory", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12",
        "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26",
        "v27", "v28", "v29", "v30", "v31");
#  undef EDGENN_SUMS
#  undef EDGENN_ROWS_4_TO_7
#  undef EDGENN_ROWS_0_TO_3
#  undef EDGENN_WEIGHTS
#  undef EDGENN_ROWS_4_TO_7_LEFT
#  undef EDGENN_CLAMP
#  undef EDGENN_STORE
}

}  // namespace edgenn::microkernels
#endif
