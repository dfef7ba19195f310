#include "finder.hpp"

#include <chrono>

#include "error.hpp"
#include "files.hpp"
#include "person_far_weights.hpp"
#include "person_medium_weights.hpp"
#include "person_near_weights.hpp"

namespace {

std::vector<canvas_detector_type> detectors_for(const std::string& camera) {
  if (camera == "vtest") return {detector_vtest()};
  return {detector_640x480(), detector_480x640(), detector_768x576()};
}

}  // namespace

void stage_times::add(const std::string& name, double milliseconds) {
  for (stage& s : stages_)
    if (s.name == name) {
      s.milliseconds += milliseconds;
      return;
    }
  stages_.push_back({name, milliseconds});
}

person_finder::person_finder(const options& o)
    : weights_{{person_far_weights, "weights of far"},
               {person_medium_weights, "weights of medium"},
               {person_near_weights, "weights of near"}},
      threads_{o.threads},
      types_{detectors_for(o.camera)},
      detectors_(types_.size()) {
  if (o.weights.empty()) return;
  weights_files::file* const files[] = {&weights_.far, &weights_.medium, &weights_.near};
  for (std::size_t i = 0; i < 3; ++i) {
    files_[i] = read_file(o.weights[i]);
    *files[i] = {files_[i], o.weights[i]};
  }
}

std::vector<person> person_finder::find(const photo& p, float threshold) {
  std::vector<canvas_size> sizes;
  for (const canvas_detector_type& t : types_) sizes.push_back(t.size);
  const std::size_t best = best_canvas(p.width, p.height, sizes);
  if (!detectors_[best]) detectors_[best] = types_[best].make(weights_, threads_);

  const placement where = fitted(p.width, p.height, sizes[best]);
  const bool is_whole = where.width == p.width && where.height == p.height && p.width == sizes[best].width
                        && p.height == sizes[best].height;
  photo canvas;
  if (!is_whole) {
    const auto start = std::chrono::steady_clock::now();
    canvas = placed(p, where, sizes[best]);
    times_.add("fitting the photo",
               std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::vector<person> persons = detectors_[best]->detect(is_whole ? p : canvas, threshold, times_);
  for (person& found : persons) found.where = where.to_photo(found.where);
  return persons;
}
