#include "photo_detector.hpp"

canvas_detector_type detector_768x576() { return photo_detector<768, 576>(); }
