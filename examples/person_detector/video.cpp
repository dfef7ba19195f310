#include "video.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "error.hpp"
#include "files.hpp"
#include "text.hpp"

namespace fs = std::filesystem;

namespace {

constexpr long long max_pixels = 50'000'000;

void require(const std::string& path, const char* program) {
  if (!is_installed(program))
    throw input_error{path, "a video needs ffmpeg, found no program " + std::string{program}
                                + " on PATH; Debian and Ubuntu: apt-get install ffmpeg"};
}

/// As a file, whatever its name looks like.
std::string as_file(const std::string& path) { return "file:" + path; }

/// "25/1" or "12.5"; 0 if it is neither or not positive.
double ratio(const std::string& text) {
  const auto number = [](const std::string& t) {
    double v = 0;
    const auto [end, failed] = std::from_chars(t.data(), t.data() + t.size(), v);
    return failed == std::errc{} && end == t.data() + t.size() ? v : 0;
  };
  const std::size_t slash = text.find('/');
  const double v = slash == std::string::npos
                       ? number(text)
                       : number(text.substr(0, slash)) / number(text.substr(slash + 1));
  return std::isfinite(v) && v > 0 ? v : 0;
}

}  // namespace

video_facts probe_video(const std::string& path) {
  video_facts facts;
  regular_file_size(path);  // says what is wrong if it is no file
  require(path, "ffprobe");
  require(path, "ffmpeg");
  process probe{{"ffprobe", "-v", "error", "-protocol_whitelist", "file", "-select_streams", "v:0",
                 "-show_entries", "stream=codec_type,avg_frame_rate,r_frame_rate,nb_frames:format=duration",
                 "-of", "default=noprint_wrappers=1", "-i", as_file(path)},
                process::pipe::from_it};
  std::string text, line;
  std::array<char, 4096> buffer;
  for (std::size_t n; (n = probe.read(buffer.data(), buffer.size())) > 0 && text.size() < 100'000;)
    text.append(buffer.data(), n);
  const bool ended_well = probe.finish();
  bool has_video = false;
  double r_frame_rate = 0, duration = 0;
  for (const char c : text) {
    if (c != '\n') {
      line += c;
      continue;
    }
    const std::size_t equals = std::min(line.find('='), line.size());
    const std::string key = line.substr(0, equals),
                      value = equals < line.size() ? line.substr(equals + 1) : "";
    if (key == "codec_type") has_video = value == "video";
    if (key == "avg_frame_rate") facts.frame_rate = ratio(value);
    if (key == "r_frame_rate") r_frame_rate = ratio(value);
    if (key == "nb_frames") facts.frame_count = static_cast<long>(std::min(ratio(value), 1e9));
    if (key == "duration") duration = ratio(value);
    line.clear();
  }
  if (!ended_well || !has_video) {
    const std::string reason = probe.last_message();
    throw input_error{path,
                      "found neither an image (PNG, JPEG, BMP, GIF, PNM) nor a video that ffmpeg can read"
                          + (reason.empty() ? "" : " (" + reason + ")")};
  }
  if (facts.frame_rate <= 0) facts.frame_rate = r_frame_rate;
  facts.is_counted = facts.frame_count > 0;
  if (!facts.is_counted)
    facts.frame_count = static_cast<long>(std::min(std::round(facts.frame_rate * duration), 1e9));
  return facts;
}

video_reader::video_reader(const std::string& path) : path_{path}, facts_{probe_video(path)} {
  // Frames as PPM, each with its own size: ffmpeg turns those of a telephone held upright.
  ffmpeg_ = std::make_unique<process>(
      std::vector<std::string>{"ffmpeg", "-v", "error", "-nostdin", "-protocol_whitelist", "file", "-i",
                               as_file(path), "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "image2pipe",
                               "-c:v", "ppm", "-pix_fmt", "rgb24", "-"},
      process::pipe::from_it);
}

std::optional<photo> video_reader::next() {
  if (!ffmpeg_) return std::nullopt;
  // "P6\n768 576\n255\n"
  std::string header;
  int ends_of_lines = 0;
  for (char c; ends_of_lines < 3 && header.size() < 40 && ffmpeg_->read(&c, 1) == 1;) {
    header += c;
    ends_of_lines += c == '\n';
  }
  photo p;
  const bool is_frame =
      ends_of_lines == 3 && std::sscanf(header.c_str(), "P6 %d %d 255", &p.width, &p.height) == 2;
  if (is_frame && (p.width < 1 || p.height < 1 || static_cast<long long>(p.width) * p.height > max_pixels))
    throw input_error{path_, "found frames of " + std::to_string(p.width) + "x" + std::to_string(p.height)
                                 + " pixels, expected 1 to " + grouped(max_pixels)};
  if (is_frame) {
    p.rgb.resize(3 * static_cast<std::size_t>(p.width) * static_cast<std::size_t>(p.height));
    if (ffmpeg_->read(p.rgb.data(), p.rgb.size()) == p.rgb.size()) {
      ++read_;
      return p;
    }
  }
  const bool ended_well = ffmpeg_->finish();
  const std::string reason = ffmpeg_->last_message();
  ffmpeg_.reset();
  const std::string after = "after " + count_of(static_cast<std::uint64_t>(read_), "frame");
  if (!ended_well) throw input_error{path_, "ffmpeg failed " + after + (reason.empty() ? "" : ": " + reason)};
  if (read_ == 0)
    throw input_error{path_, "found no frame in it" + (reason.empty() ? "" : ": ffmpeg says " + reason)};
  if (facts_.is_counted && read_ + 2 + facts_.frame_count / 50 < facts_.frame_count)
    throw input_error{path_, "found the end of the video " + after + ", expected "
                                 + grouped(static_cast<std::uint64_t>(facts_.frame_count))
                                 + " as its header says"};
  return std::nullopt;
}

video_writer::video_writer(const std::string& path, double frame_rate)
    : path_{path}, frame_rate_{frame_rate > 0 ? frame_rate : 10} {
  require(path, "ffmpeg");
  const fs::path file{path};
  std::error_code failed;
  const fs::file_status status = fs::status(file, failed);
  if (fs::exists(status) && !fs::is_regular_file(status))
    throw input_error{path, "found no regular file, expected one or none"};
  if (!fs::exists(status) && fs::is_symlink(fs::symlink_status(file, failed)))
    throw input_error{path, "found a symbolic link to nothing, expected a file"};
  const fs::path real = fs::weakly_canonical(file, failed);
  if (failed) throw input_error{path, "cannot be written: " + failed.message()};
  path_ = real.string();
  // The end of the name tells ffmpeg the format.
  for (int n = 0; n < 1000; ++n) {
    temporary_ =
        (real.parent_path() / (real.stem().string() + ".part" + (n == 0 ? "" : std::to_string(n)))).string()
        + real.extension().string();
    std::FILE* claimed = std::fopen(temporary_.c_str(), "wbx");
    if (claimed != nullptr) {
      std::fclose(claimed);
      return;
    }
    if (errno != EEXIST) break;
  }
  const std::string reason = std::strerror(errno);
  temporary_.clear();
  throw input_error{path, "cannot be written: " + reason};
}

video_writer::~video_writer() {
  ffmpeg_.reset();
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove(temporary_, ignored);
}

void video_writer::append(const photo& frame) {
  if (!ffmpeg_) {
    width_ = frame.width;
    height_ = frame.height;
    // yuv420p, which every player knows, needs even sides.
    ffmpeg_ = std::make_unique<process>(
        std::vector<std::string>{"ffmpeg",
                                 "-v",
                                 "error",
                                 "-nostats",
                                 "-y",
                                 "-f",
                                 "rawvideo",
                                 "-pix_fmt",
                                 "rgb24",
                                 "-s",
                                 std::to_string(width_) + "x" + std::to_string(height_),
                                 "-r",
                                 std::to_string(frame_rate_),
                                 "-i",
                                 "-",
                                 "-vf",
                                 "pad=ceil(iw/2)*2:ceil(ih/2)*2",
                                 "-pix_fmt",
                                 "yuv420p",
                                 as_file(temporary_)},
        process::pipe::to_it);
  }
  if (frame.width != width_ || frame.height != height_)
    throw input_error{path_, "found a frame of " + std::to_string(frame.width) + "x"
                                 + std::to_string(frame.height) + ", expected the size of the first, "
                                 + std::to_string(width_) + "x" + std::to_string(height_)};
  if (!ffmpeg_->write(frame.rgb.data(), frame.rgb.size())) fail();
}

void video_writer::fail() {
  ffmpeg_->finish();
  const std::string reason = ffmpeg_->last_message();
  throw input_error{path_,
                    "cannot be written: " + (reason.empty() ? "ffmpeg failed" : "ffmpeg says " + reason)};
}

void video_writer::finish() {
  if (!ffmpeg_) throw input_error{path_, "cannot be written: there was no frame"};
  if (!ffmpeg_->finish()) fail();
  std::error_code failed;
  fs::rename(temporary_, path_, failed);
  if (failed) throw input_error{path_, "cannot be written: " + failed.message()};
  temporary_.clear();
}
