#pragma once
// Vectors of SSE4.2, AVX2 and AVX-512: see vec.hpp.
#include <edgenn/backends/cpu/isa.hpp>
#include <edgenn/bfloat16.hpp>
#include <edgenn/half.hpp>
#if defined(__SSE4_2__)
#  include <immintrin.h>
#endif

namespace edgenn::microkernels {

template <class Isa>
struct vec;

#if defined(__SSE4_2__)
template <>
struct vec<isa::sse42> {
  using type = __m128;
  static constexpr int width = 4, registers = 16, rsqrt_bits = 11;

  static type zero() { return _mm_setzero_ps(); }
  static type load(const float* p) { return _mm_loadu_ps(p); }
  static type broadcast(float v) { return _mm_set1_ps(v); }
  static type in_register(type a) {
    asm("" : "+v"(a));
    return a;
  }
  static type load_half(const half* p) {
    const __m128i h =
        _mm_unpacklo_epi16(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)), _mm_setzero_si128());
    const __m128i sign = _mm_slli_epi32(_mm_and_si128(h, _mm_set1_epi32(0x8000)), 16);
    const __m128i magnitude = _mm_and_si128(h, _mm_set1_epi32(0x7FFF));
    // The exponent's bias grows by 112; that of infinity and NaN becomes the largest one.
    const __m128i bias = _mm_set1_epi32(0x38000000);
    const __m128i is_special = _mm_cmpgt_epi32(magnitude, _mm_set1_epi32(0x7BFF));
    __m128i wide = _mm_add_epi32(_mm_slli_epi32(magnitude, 13), bias);
    wide = _mm_add_epi32(wide, _mm_and_si128(is_special, bias));
    const __m128i is_small = _mm_cmplt_epi32(magnitude, _mm_set1_epi32(0x0400));
    const type small = _mm_mul_ps(_mm_cvtepi32_ps(magnitude), _mm_set1_ps(0x1p-24f));
    const type value = _mm_blendv_ps(_mm_castsi128_ps(wide), small, _mm_castsi128_ps(is_small));
    return _mm_or_ps(value, _mm_castsi128_ps(sign));
  }
  static type load_bfloat16(const bfloat16* p) {
    return _mm_castsi128_ps(
        _mm_unpacklo_epi16(_mm_setzero_si128(), _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
  }
  static void store(float* p, type v) { _mm_storeu_ps(p, v); }
  static type load_first(const float* p, int n) {
    alignas(16) float part[width] = {};
    for (int i = 0; i < width; ++i)
      if (i < n) part[i] = p[i];
    return _mm_load_ps(part);
  }
  static void store_first(float* p, type v, int n) {
    alignas(16) float part[width];
    _mm_store_ps(part, v);
    for (int i = 0; i < width; ++i)
      if (i < n) p[i] = part[i];
  }
  static type add(type a, type b) { return _mm_add_ps(a, b); }
  static type sub(type a, type b) { return _mm_sub_ps(a, b); }
  static type mul(type a, type b) { return _mm_mul_ps(a, b); }
  static type fma(type a, type b, type c) { return _mm_add_ps(_mm_mul_ps(a, b), c); }
  template <int Lane>
  static type broadcast_lane(type a) {
    return _mm_castsi128_ps(_mm_shuffle_epi32(_mm_castps_si128(a), Lane * 0x55));
  }
  static void add_product(type& sum, type a, const float* p) {
#  if defined(__AVX__)
    sum = fma(a, _mm_load_ps(p), sum);
#  else
    type product;
    asm("movaps %2, %1\n\tmulps %3, %1\n\taddps %1, %0"
        : "+x"(sum), "=&x"(product)
        : "x"(a), "m"(*reinterpret_cast<const type*>(p)));
#  endif
  }
  static void add_last_product(type& sum, type a, const float* p) {
#  if defined(__AVX__)
    sum = fma(a, _mm_load_ps(p), sum);
#  else
    asm("mulps %2, %1\n\taddps %1, %0" : "+x"(sum), "+x"(a) : "m"(*reinterpret_cast<const type*>(p)));
#  endif
  }
  static type load_twice(const float* p) {
    type a;
#  if defined(__AVX__)
    asm("vmovddup %1, %0" : "=x"(a) : "m"(*reinterpret_cast<const float(*)[2]>(p)));
#  else
    asm("movddup %1, %0" : "=x"(a) : "m"(*reinterpret_cast<const float(*)[2]>(p)));
#  endif
    return a;
  }
  static type add_pairs(type a, type b) {
    return _mm_add_ps(_mm_shuffle_ps(a, b, 0x88), _mm_shuffle_ps(a, b, 0xDD));
  }
  static type div(type a, type b) { return _mm_div_ps(a, b); }
  static type sqrt(type a) { return _mm_sqrt_ps(a); }
  static type rsqrt_estimate(type a) { return _mm_rsqrt_ps(a); }
  static type max_or_nan(type a, type b) { return _mm_blendv_ps(_mm_max_ps(a, b), a, _mm_cmpunord_ps(a, a)); }
  static type max(type a, type b) { return _mm_max_ps(a, b); }
  static type min(type a, type b) { return _mm_min_ps(a, b); }
  static type clamp(type a, type low, type high) { return min(high, max(low, a)); }
};
#endif

#if defined(__AVX2__) && defined(__FMA__)
template <>
struct vec<isa::avx2> {
  using type = __m256;
  static constexpr int width = 8, registers = 16, rsqrt_bits = 11;

  static type zero() { return _mm256_setzero_ps(); }
  static type load(const float* p) { return _mm256_loadu_ps(p); }
  static type broadcast(float v) { return _mm256_set1_ps(v); }
  static type in_register(type a) {
    asm("" : "+v"(a));
    return a;
  }
  static type load_half(const half* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static type load_bfloat16(const bfloat16* p) {
    const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
  }
  static void store(float* p, type v) { _mm256_storeu_ps(p, v); }
  static type load_first(const float* p, int n) { return _mm256_maskload_ps(p, mask(n)); }
  static void store_first(float* p, type v, int n) { _mm256_maskstore_ps(p, mask(n), v); }
  static type add(type a, type b) { return _mm256_add_ps(a, b); }
  static type sub(type a, type b) { return _mm256_sub_ps(a, b); }
  static type mul(type a, type b) { return _mm256_mul_ps(a, b); }
  static type fma(type a, type b, type c) { return _mm256_fmadd_ps(a, b, c); }
  static type div(type a, type b) { return _mm256_div_ps(a, b); }
  static type sqrt(type a) { return _mm256_sqrt_ps(a); }
  static type rsqrt_estimate(type a) { return _mm256_rsqrt_ps(a); }
  static type max_or_nan(type a, type b) {
    return _mm256_blendv_ps(_mm256_max_ps(a, b), a, _mm256_cmp_ps(a, a, _CMP_UNORD_Q));
  }
  static type max(type a, type b) { return _mm256_max_ps(a, b); }
  static type min(type a, type b) { return _mm256_min_ps(a, b); }
  static type clamp(type a, type low, type high) { return min(high, max(low, a)); }

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
  static constexpr int width = 16, registers = 32, rsqrt_bits = 14;

  static type zero() { return _mm512_setzero_ps(); }
  static type load(const float* p) { return _mm512_loadu_ps(p); }
  static type broadcast(float v) { return _mm512_set1_ps(v); }
  static type in_register(type a) {
    asm("" : "+v"(a));
    return a;
  }
  static type load_half(const half* p) {
    return _mm512_maskz_cvtph_ps(all, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static type load_bfloat16(const bfloat16* p) {
    const __m256i narrow = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    return _mm512_castsi512_ps(_mm512_maskz_slli_epi32(all, _mm512_maskz_cvtepu16_epi32(all, narrow), 16));
  }
  static void store(float* p, type v) { _mm512_storeu_ps(p, v); }
  static type load_first(const float* p, int n) { return _mm512_maskz_loadu_ps(mask(n), p); }
  static void store_first(float* p, type v, int n) { _mm512_mask_storeu_ps(p, mask(n), v); }
  static type add(type a, type b) { return _mm512_add_ps(a, b); }
  static type sub(type a, type b) { return _mm512_sub_ps(a, b); }
  static type mul(type a, type b) { return _mm512_mul_ps(a, b); }
  static type fma(type a, type b, type c) { return _mm512_fmadd_ps(a, b, c); }
  static type div(type a, type b) { return _mm512_div_ps(a, b); }
  static type sqrt(type a) { return _mm512_maskz_sqrt_ps(all, a); }
  static type rsqrt_estimate(type a) { return _mm512_maskz_rsqrt14_ps(all, a); }
  static type max_or_nan(type a, type b) {
    return _mm512_mask_max_ps(a, _mm512_cmp_ps_mask(a, a, _CMP_ORD_Q), a, b);
  }
  // Written with a mask, because g++ 12 warns of its own unmasked ones.
  static type max(type a, type b) { return _mm512_maskz_max_ps(all, a, b); }
  static type min(type a, type b) { return _mm512_maskz_min_ps(all, a, b); }
  static type clamp(type a, type low, type high) { return min(high, max(low, a)); }

 private:
  static constexpr __mmask16 all = 0xFFFF;
  static __mmask16 mask(int n) { return static_cast<__mmask16>((1u << n) - 1u); }
};
#endif

}  // namespace edgenn::microkernels
