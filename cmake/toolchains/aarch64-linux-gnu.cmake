# 64-bit Arm Linux by Debian's cross compiler (g++-aarch64-linux-gnu), whose libraries lie in
# /usr/aarch64-linux-gnu; qemu-aarch64-static (qemu-user-static) runs the programs with them.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static -L /usr/aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
