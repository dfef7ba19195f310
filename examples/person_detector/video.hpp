#pragma once
#include <memory>
#include <optional>
#include <string>

#include "photo.hpp"
#include "process.hpp"

/// What ffprobe says of a video.
struct video_facts {
  double frame_rate = 0;    ///< frames for each second
  long frame_count = 0;     ///< by the header, or else by the duration; 0: it does not say
  bool is_counted = false;  ///< whether the header has the count itself
};

/// The facts of the file; an input_error if there is no video in it.
video_facts probe_video(const std::string& path);

/// The frames of a video, decoded by ffmpeg. Mistakes are input_errors.
class video_reader {
 public:
  /// Opens a file that ffprobe finds a video in.
  explicit video_reader(const std::string& path);

  /// The next frame, turned upright where the file says that it lies on its side; none after the last. An
  /// input_error if there is no frame at all, if ffmpeg fails, or if much fewer frames come than the file's
  /// header promises.
  std::optional<photo> next();

  /// Frames for each second; 0 if the file does not say.
  double frame_rate() const { return facts_.frame_rate; }

 private:
  std::string path_;
  video_facts facts_;
  long read_ = 0;
  std::unique_ptr<process> ffmpeg_;
};

/// A video file in the making, encoded by ffmpeg in the format that its name ends with. It gets its name when
/// it is complete; without `finish` nothing is left.
class video_writer {
 public:
  /// `frame_rate` frames a second, all of one size. An input_error if `path` cannot be written.
  video_writer(const std::string& path, double frame_rate);
  ~video_writer();

  /// Appends a frame. A frame of another size than the first is an input_error.
  void append(const photo& frame);
  void finish();

 private:
  [[noreturn]] void fail();

  std::string path_, temporary_;
  double frame_rate_;
  int width_ = 0, height_ = 0;
  std::unique_ptr<process> ffmpeg_;
};
