# 32-bit Arm Linux (Armv7-A) by Debian's cross compiler (g++-arm-linux-gnueabihf), whose libraries lie in
# /usr/arm-linux-gnueabihf; qemu-arm-static (qemu-user-static) runs the programs with them. The compiler assumes no
# NEON: programs that use the CPU backend add -mfpu=neon-vfpv4, or -mfpu=neon for processors before Cortex-A7 and A15.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR armv7)
set(CMAKE_CXX_COMPILER arm-linux-gnueabihf-g++)
set(CMAKE_CXX_FLAGS_INIT "-march=armv7-a+fp -Wno-psabi")  # else g++ notes each class that g++ before 7.1 passed otherwise
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-arm-static -L /usr/arm-linux-gnueabihf)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
