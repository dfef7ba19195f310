#pragma once
// Vectors of NEON on AArch64 and on Armv7-A: see vec.hpp.
#include <cstdint>
#include <edgenn/backends/cpu/isa.hpp>
#include <edgenn/bfloat16.hpp>
#include <edgenn/half.hpp>
#if defined(__ARM_NEON)
#  include <arm_neon.h>
#endif

namespace edgenn::microkernels {

template <class Isa>
struct vec;

#if defined(__aarch64__)
template <>
struct vec<isa::neon> {
  using type = float32x4_t;
  static constexpr int width = 4, registers = 32, rsqrt_bits = 15;

  static type zero() { return vdupq_n_f32(0); }
  static type load(const float* p) { return vld1q_f32(p); }
  static type broadcast(float v) { return vdupq_n_f32(v); }
  static type in_register(type a) {
    asm("" : "+w"(a));
    return a;
  }
  static type load_half(const half* p) {
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(reinterpret_cast<const std::uint16_t*>(p))));
  }
  static type load_bfloat16(const bfloat16* p) {
    return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(reinterpret_cast<const std::uint16_t*>(p)), 16));
  }
  static void store(float* p, type v) { vst1q_f32(p, v); }
  static type load_first(const float* p, int n) {
    float part[width] = {};
    for (int i = 0; i < width; ++i)
      if (i < n) part[i] = p[i];
    return vld1q_f32(part);
  }
  static void store_first(float* p, type v, int n) {
    float part[width];
    vst1q_f32(part, v);
    for (int i = 0; i < width; ++i)
      if (i < n) p[i] = part[i];
  }
  static type add(type a, type b) { return vaddq_f32(a, b); }
  static type sub(type a, type b) { return vsubq_f32(a, b); }
  static type mul(type a, type b) { return vmulq_f32(a, b); }
  static type fma(type a, type b, type c) { return vfmaq_f32(c, a, b); }
  template <int Lane>
  static type fma_lane(type a, type b, type c) {
    return vfmaq_laneq_f32(c, b, a, Lane);
  }
  static type div(type a, type b) { return vdivq_f32(a, b); }
  static type sqrt(type a) { return vsqrtq_f32(a); }
  static type rsqrt_estimate(type a) {
    const type e = vrsqrteq_f32(a);
    const type finite = vminq_f32(a, vdupq_n_f32(0x1.fffffep127f));  // infinity times zero were NaN
    return vmulq_f32(e, vrsqrtsq_f32(vmulq_f32(finite, e), e));
  }
  static type max_or_nan(type a, type b) { return vmaxq_f32(a, b); }
  // The comparison is false for NaN, as on x86.
  static type max(type a, type b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
  static type min(type a, type b) { return vbslq_f32(vcltq_f32(a, b), a, b); }
  static type clamp(type a, type low, type high) { return vminq_f32(high, vmaxq_f32(low, a)); }
};
#endif

#if defined(__arm__) && defined(__ARM_NEON)
template <>
struct vec<isa::neon32> {
  using type = float32x4_t;
  static constexpr int width = 4, registers = 16, rsqrt_bits = 15;

  static type zero() { return vdupq_n_f32(0); }
  static type load(const float* p) { return vld1q_f32(p); }
  static type broadcast(float v) { return vdupq_n_f32(v); }
  static type in_register(type a) {
    asm("" : "+w"(a));
    return a;
  }
  static type load_half(const half* p) {
    const uint32x4_t h = vmovl_u16(vld1_u16(reinterpret_cast<const std::uint16_t*>(p)));
    const uint32x4_t sign = vshlq_n_u32(vandq_u32(h, vdupq_n_u32(0x8000)), 16);
    const uint32x4_t magnitude = vandq_u32(h, vdupq_n_u32(0x7FFF));
    // The exponent's bias grows by 112; that of infinity and NaN becomes the largest one.
    const uint32x4_t bias = vdupq_n_u32(0x38000000);
    const uint32x4_t is_special = vcgtq_u32(magnitude, vdupq_n_u32(0x7BFF));
    uint32x4_t wide = vaddq_u32(vshlq_n_u32(magnitude, 13), bias);
    wide = vaddq_u32(wide, vandq_u32(is_special, bias));
    const uint32x4_t is_small = vcltq_u32(magnitude, vdupq_n_u32(0x0400));
    const type small = vmulq_n_f32(vcvtq_f32_u32(magnitude), 0x1p-24f);
    const uint32x4_t value = vbslq_u32(is_small, vreinterpretq_u32_f32(small), wide);
    return vreinterpretq_f32_u32(vorrq_u32(value, sign));
  }
  static type load_bfloat16(const bfloat16* p) {
    return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(reinterpret_cast<const std::uint16_t*>(p)), 16));
  }
  static void store(float* p, type v) { vst1q_f32(p, v); }
  static type load_first(const float* p, int n) {
    float part[width] = {};
    for (int i = 0; i < width; ++i)
      if (i < n) part[i] = p[i];
    return vld1q_f32(part);
  }
  static void store_first(float* p, type v, int n) {
    float part[width];
    vst1q_f32(part, v);
    for (int i = 0; i < width; ++i)
      if (i < n) p[i] = part[i];
  }
  static type add(type a, type b) { return vaddq_f32(a, b); }
  static type sub(type a, type b) { return vsubq_f32(a, b); }
  static type mul(type a, type b) { return vmulq_f32(a, b); }
  static type fma(type a, type b, type c) {
#  if defined(__ARM_FEATURE_FMA)
    return vfmaq_f32(c, a, b);
#  else
    return vmlaq_f32(c, a, b);
#  endif
  }
  // No instruction divides vectors or takes their roots: both are done by element, rounded as they should be.
  static type div(type a, type b) {
    for (int i = 0; i < width; ++i) a[i] /= b[i];
    return a;
  }
  static type sqrt(type a) {
    for (int i = 0; i < width; ++i) a[i] = __builtin_sqrtf(a[i]);
    return a;
  }
  static type rsqrt_estimate(type a) {
    const type e = vrsqrteq_f32(a);
    const type finite = vminq_f32(a, vdupq_n_f32(0x1.fffffep127f));  // infinity times zero were NaN
    return vmulq_f32(e, vrsqrtsq_f32(vmulq_f32(finite, e), e));
  }
  static type max_or_nan(type a, type b) { return vmaxq_f32(a, b); }
  // The comparison is false for NaN, as on x86.
  static type max(type a, type b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
  static type min(type a, type b) { return vbslq_f32(vcltq_f32(a, b), a, b); }
  static type clamp(type a, type low, type high) { return vminq_f32(high, vmaxq_f32(low, a)); }
};
#endif

}  // namespace edgenn::microkernels
