// Runs a program that needs an instruction set.
//
//   run_where_supported sse42|avx2|avx512 PROGRAM [ARGUMENT...]
//
// Here if this processor has it, else under qemu-x86_64 if that has it. Exit status 77 if neither has; ctest
// then says that the test was skipped.
#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

bool processor_has(std::string_view set) {
  __builtin_cpu_init();
  const bool v2 = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
  const bool v3 = v2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
                  && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
                  && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq")
                  && __builtin_cpu_supports("avx512vl");
  return set == "sse42" ? v2 : set == "avx2" ? v3 : v4;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view set = argc > 1 ? argv[1] : "";
  if (argc < 3 || (set != "sse42" && set != "avx2" && set != "avx512")) {
    std::fprintf(stderr, "usage: run_where_supported sse42|avx2|avx512 PROGRAM [ARGUMENT...]\n");
    return 2;
  }
  char** program = argv + 2;
  if (processor_has(set)) {
    execv(program[0], program);
    std::perror(program[0]);
    return 2;
  }
  if (set != "avx512")  // which qemu does not emulate
    for (const char* emulator : {"qemu-x86_64", "qemu-x86_64-static"}) {
      std::vector<std::string> words{emulator, "-cpu", "max"};
      words.insert(words.end(), program, argv + argc);
      std::vector<char*> command;
      for (std::string& word : words) command.push_back(word.data());
      command.push_back(nullptr);
      execvp(command[0], command.data());
    }
  std::printf("skipped: this processor has no %s%s\n", argv[1],
              set == "avx512" ? "" : ", and there is no qemu-x86_64");
  return 77;
}
