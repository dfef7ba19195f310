#pragma once
#include <edgenn/vision/box.hpp>
#include <string>

#include "photo.hpp"

/// Draws the outline of `where`, in pixels, and above it `caption` on a ground of the same colour, which
/// depends on `colour` only. What lies outside the photo is left out; characters that are not ASCII become
/// question marks.
void draw_box(photo& p, const edgenn::box& where, const std::string& caption, int colour);
