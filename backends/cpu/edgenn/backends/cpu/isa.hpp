#pragma once

/// Instruction sets of the CPU backend. Everything that uses their instructions takes one as a template
/// parameter, so that files compiled with different flags can be linked into one program.
namespace edgenn::isa {

/// x86-64-v2: 128 bits, multiplication and addition apart (Atom x5 and everything since 2008).
struct sse42 {};
/// x86-64-v3: 256 bits, fused multiply-add.
struct avx2 {};
/// x86-64-v4: 512 bits.
struct avx512 {};
/// AArch64: 128 bits, fused multiply-add.
struct neon {};

}  // namespace edgenn::isa
