// Compiled without edgenn's warning flags: the code is not ours.
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include "stb.hpp"
