#include "photo_detector.hpp"

canvas_detector_type detector_640x480() { return photo_detector<640, 480>(); }
