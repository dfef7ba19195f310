// A plugin of qemu's user-mode emulation that counts executed instructions and writes the count to the
// standard error when the program ends. Debian ships qemu with plugins but without the header, so the few
// functions are declared here: version 1 of the interface, of qemu 6.0 to 8.2.
#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>

extern "C" {

using plugin_id = std::uint64_t;
struct qemu_plugin_tb;    // a block of translated code
struct qemu_plugin_insn;  // an instruction in it

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, qemu_plugin_tb*));
void qemu_plugin_register_atexit_cb(plugin_id, void (*)(plugin_id, void*), void*);
std::size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb*);
qemu_plugin_insn* qemu_plugin_tb_get_insn(const qemu_plugin_tb*, std::size_t);
void qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_insn*, int operation, void* counter,
                                                std::uint64_t step);

[[gnu::visibility("default")]] extern const int qemu_plugin_version = 1;
}

namespace {

std::uint64_t instructions;

/// Each instruction adds one. By instruction rather than by block: a block may be left in the middle.
void on_translation(plugin_id, qemu_plugin_tb* block) {
  constexpr int add = 0;
  for (std::size_t i = 0; i < qemu_plugin_tb_n_insns(block); ++i)
    qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_tb_get_insn(block, i), add, &instructions, 1);
}

void on_exit(plugin_id, void*) { std::fprintf(stderr, "instructions: %" PRIu64 "\n", instructions); }

}  // namespace

extern "C" [[gnu::visibility("default")]] int qemu_plugin_install(plugin_id id, const void*, int, char**) {
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  qemu_plugin_register_atexit_cb(id, on_exit, nullptr);
  return 0;
}
