#include "photo_detector.hpp"

canvas_detector_type detector_480x640() { return photo_detector<480, 640>(); }
