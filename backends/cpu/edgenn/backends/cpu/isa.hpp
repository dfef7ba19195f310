#pragma once

/// Instruction sets of the CPU backend. Every kernel and microkernel takes one as a template parameter.
/// Compile all files of a program that use edgenn with the same -m flags all the same: the reference kernels
/// and a few helpers are inline functions without that parameter, and the linker keeps one copy of each.
namespace edgenn::isa {

/// x86-64-v2: 128 bits, multiplication and addition apart (Atom x5 and everything since 2008).
struct sse42 {};
/// x86-64-v3: 256 bits, fused multiply-add.
struct avx2 {};
/// x86-64-v4: 512 bits.
struct avx512 {};
/// AArch64: 128 bits, fused multiply-add.
struct neon {};
/// Armv7-A: 128 bits; multiplication and addition fused where the file is compiled for VFPv4, apart for older
/// NEON. Its vector instructions take denormal numbers for zero and make zeros of denormal results.
struct neon32 {};

}  // namespace edgenn::isa
