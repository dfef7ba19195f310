#pragma once
// Vectors of fp32, the alphabet of the microkernels: the only file that speaks of instructions.
#include <cstdint>
#include <edgenn/backends/cpu/isa.hpp>
#if defined(__SSE4_2__)
#  include <immintrin.h>
#elif defined(__aarch64__)
#  include <arm_neon.h>
#endif

namespace edgenn::microkernels {

/// A vector of `width` floats of an instruction set with `registers` registers. `load_first` and
/// `store_first` touch only the first n elements, 0 <= n <= width; `load_first` sets the others to zero.
/// `fma(a, b, c)` is a * b + c, rounded once or twice. `max(a, b)` and `min(a, b)` return b if one is NaN;
/// `max_or_nan` returns NaN.
template <class Isa>
struct vec;

#if defined(__SSE4_2__)
template <>
struct vec<isa::sse42> {
  using type = __m128;
  static constexpr int width = 4, registers = 16;

  static type zero() { return _mm_setzero_ps(); }
  static type load(const float* p) { return _mm_loadu_ps(p); }
  static type broadcast(float v) { return _mm_set1_ps(v); }
  static void store(float* p, type v) { _mm_storeu_ps(p, v); }
  static type load_first(const float* p, int n) {
    alignas(16) float part[width] = {};
    for (int i = 0; i < n; ++i) part[i] = p[i];
    return _mm_load_ps(part);
  }
  static void store_first(float* p, type v, int n) {
    alignas(16) float part[width];
    _mm_store_ps(part, v);
    for (int i = 0; i < n; ++i) p[i] = part[i];
  }
  static type add(type a, type b) { return _mm_add_ps(a, b); }
  static type sub(type a, type b) { return _mm_sub_ps(a, b); }
  static type mul(type a, type b) { return _mm_mul_ps(a, b); }
  static type fma(type a, type b, type c) { return _mm_add_ps(_mm_mul_ps(a, b), c); }
  static type div(type a, type b) { return _mm_div_ps(a, b); }
  static type sqrt(type a) { return _mm_sqrt_ps(a); }
  static type max_or_nan(type a, type b) { return _mm_blendv_ps(_mm_max_ps(a, b), a, _mm_cmpunord_ps(a, a)); }
  static type max(type a, type b) { return _mm_max_ps(a, b); }
  static type min(type a, type b) { return _mm_min_ps(a, b); }
};
#endif

#if defined(__AVX2__) && defined(__FMA__)
template <>
struct vec<isa::avx2> {
  using type = __m256;
  static constexpr int width = 8, registers = 16;

  static type zero() { return _mm256_setzero_ps(); }
  static type load(const float* p) { return _mm256_loadu_ps(p); }
  static type broadcast(float v) { return _mm256_set1_ps(v); }
  static void store(float* p, type v) { _mm256_storeu_ps(p, v); }
  static type load_first(const float* p, int n) { return _mm256_maskload_ps(p, mask(n)); }
  static void store_first(float* p, type v, int n) { _mm256_maskstore_ps(p, mask(n), v); }
  static type add(type a, type b) { return _mm256_add_ps(a, b); }
  static type sub(type a, type b) { return _mm256_sub_ps(a, b); }
  static type mul(type a, type b) { return _mm256_mul_ps(a, b); }
  static type fma(type a, type b, type c) { return _mm256_fmadd_ps(a, b, c); }
  static type div(type a, type b) { return _mm256_div_ps(a, b); }
  static type sqrt(type a) { return _mm256_sqrt_ps(a); }
  static type max_or_nan(type a, type b) {
    return _mm256_blendv_ps(_mm256_max_ps(a, b), a, _mm256_cmp_ps(a, a, _CMP_UNORD_Q));
  }
  static type max(type a, type b) { return _mm256_max_ps(a, b); }
  static type min(type a, type b) { return _mm256_min_ps(a, b); }

 private:
  static __m256i mask(int n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
};
#endif

#if defined(__AVX512F__)
template <>
struct vec<isa::avx512> {
  using type = __m512;
  static constexpr int width = 16, registers = 32;

  static type zero() { return _mm512_setzero_ps(); }
  static type load(const float* p) { return _mm512_loadu_ps(p); }
  static type broadcast(float v) { return _mm512_set1_ps(v); }
  static void store(float* p, type v) { _mm512_storeu_ps(p, v); }
  static type load_first(const float* p, int n) { return _mm512_maskz_loadu_ps(mask(n), p); }
  static void store_first(float* p, type v, int n) { _mm512_mask_storeu_ps(p, mask(n), v); }
  static type add(type a, type b) { return _mm512_add_ps(a, b); }
  static type sub(type a, type b) { return _mm512_sub_ps(a, b); }
  static type mul(type a, type b) { return _mm512_mul_ps(a, b); }
  static type fma(type a, type b, type c) { return _mm512_fmadd_ps(a, b, c); }
  static type div(type a, type b) { return _mm512_div_ps(a, b); }
  static type sqrt(type a) { return _mm512_maskz_sqrt_ps(all, a); }
  static type max_or_nan(type a, type b) {
    return _mm512_mask_mov_ps(max(a, b), _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), a);
  }
  // Written with a mask, because g++ 12 warns of its own unmasked ones.
  static type max(type a, type b) { return _mm512_maskz_max_ps(all, a, b); }
  static type min(type a, type b) { return _mm512_maskz_min_ps(all, a, b); }

 private:
  static constexpr __mmask16 all = 0xFFFF;
  static __mmask16 mask(int n) { return static_cast<__mmask16>((1u << n) - 1u); }
};
#endif

#if defined(__aarch64__)
template <>
struct vec<isa::neon> {
  using type = float32x4_t;
  static constexpr int width = 4, registers = 32;

  static type zero() { return vdupq_n_f32(0); }
  static type load(const float* p) { return vld1q_f32(p); }
  static type broadcast(float v) { return vdupq_n_f32(v); }
  static void store(float* p, type v) { vst1q_f32(p, v); }
  static type load_first(const float* p, int n) {
    float part[width] = {};
    for (int i = 0; i < n; ++i) part[i] = p[i];
    return vld1q_f32(part);
  }
  static void store_first(float* p, type v, int n) {
    float part[width];
    vst1q_f32(part, v);
    for (int i = 0; i < n; ++i) p[i] = part[i];
  }
  static type add(type a, type b) { return vaddq_f32(a, b); }
  static type sub(type a, type b) { return vsubq_f32(a, b); }
  static type mul(type a, type b) { return vmulq_f32(a, b); }
  static type fma(type a, type b, type c) { return vfmaq_f32(c, a, b); }
  static type div(type a, type b) { return vdivq_f32(a, b); }
  static type sqrt(type a) { return vsqrtq_f32(a); }
  static type max_or_nan(type a, type b) { return vmaxq_f32(a, b); }
  // The comparison is false for NaN, as on x86.
  static type max(type a, type b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
  static type min(type a, type b) { return vbslq_f32(vcltq_f32(a, b), a, b); }
};
#endif

}  // namespace edgenn::microkernels
