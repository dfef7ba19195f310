#include "units.hpp"

seen look_from_second() { return look(); }
