#include "image_file.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "error.hpp"
#include "files.hpp"
#include "stb.hpp"
#include "text.hpp"

namespace {

constexpr long long max_pixels = 50'000'000;

/// Feeds stb from memory and notices when it asks for bytes behind the end: some of its decoders would take
/// zeros for them and return an image all the same.
struct source {
  std::span<const std::byte> bytes;
  std::size_t position = 0;
  bool ran_out = false;

  static int read(void* self, char* to, int count) {
    auto& s = *static_cast<source*>(self);
    const std::size_t left = s.bytes.size() - s.position;
    const std::size_t given = std::min(left, static_cast<std::size_t>(std::max(count, 0)));
    // stb fills its own buffer as far as the file goes; what it reads past that buffer it needs.
    constexpr int buffer = 128;
    if (left == 0 || (count != buffer && static_cast<int>(given) < count)) s.ran_out = true;
    if (given > 0) std::memcpy(to, s.bytes.data() + s.position, given);
    s.position += given;
    return static_cast<int>(given);
  }
  static void skip(void* self, int count) {
    auto& s = *static_cast<source*>(self);
    const auto to = static_cast<long long>(s.position) + count;
    if (to > static_cast<long long>(s.bytes.size())) s.ran_out = true;
    s.position = static_cast<std::size_t>(std::clamp(to, 0LL, static_cast<long long>(s.bytes.size())));
  }
  static int at_end(void* self) {
    const auto& s = *static_cast<source*>(self);
    return s.position == s.bytes.size() ? 1 : 0;
  }
  static constexpr stbi_io_callbacks calls() { return {read, skip, at_end}; }
};

struct free_pixels {
  void operator()(stbi_uc* p) const { stbi_image_free(p); }
};

}  // namespace

decoded_image read_image_file(const std::string& path, int channels) {
  const std::vector<std::byte> file = read_file(path);
  const stbi_io_callbacks calls = source::calls();
  int width = 0, height = 0, in_file = 0;
  source header{file};
  if (stbi_info_from_callbacks(&calls, &header, &width, &height, &in_file) == 0)
    throw input_error{path, "found " + count_of(file.size(), "byte")
                                + " that are no image, expected PNG, JPEG, BMP, GIF or PNM"};
  if (width < 1 || height < 1 || static_cast<long long>(width) * height > max_pixels)
    throw input_error{path, "found an image of " + std::to_string(width) + "x" + std::to_string(height)
                                + " pixels, expected 1 to " + grouped(max_pixels)};

  source content{file};
  const std::unique_ptr<stbi_uc, free_pixels> pixels{
      stbi_load_from_callbacks(&calls, &content, &width, &height, &in_file, channels)};
  if (content.ran_out)
    throw input_error{path, "found the end of the file after " + count_of(file.size(), "byte")
                                + ", expected more of the image"};
  if (!pixels) throw input_error{path, std::string{"found a damaged image: "} + stbi_failure_reason()};
  const auto size = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  return {width, height, {pixels.get(), pixels.get() + size * static_cast<std::size_t>(channels)}};
}

bool is_image_file(const std::string& path) {
  std::array<char, 65536> start;
  std::ifstream file{path, std::ios::binary};
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  const auto count = static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0));
  source header{std::as_bytes(std::span{start}).first(count)};
  const stbi_io_callbacks calls = source::calls();
  int width = 0, height = 0, channels = 0;
  return stbi_info_from_callbacks(&calls, &header, &width, &height, &channels) != 0;
}

namespace {

/// Writes the file that `encode(append, &bytes)` makes.
template <class Encode>
void write_encoded(const std::string& path, Encode encode) {
  std::vector<std::byte> file;
  const auto append = [](void* to, void* data, int size) {
    const auto* first = static_cast<const std::byte*>(data);
    auto& bytes = *static_cast<std::vector<std::byte>*>(to);
    bytes.insert(bytes.end(), first, first + size);
  };
  if (encode(append, &file) == 0) throw input_error{path, "cannot be written: no memory"};
  write_file(path, file);
}

bool is_jpeg_name(const std::string& path) {
  std::string ending = std::filesystem::path{path}.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".jpg" || ending == ".jpeg";
}

}  // namespace

void write_png(const std::string& path, int width, int height, std::span<const std::uint8_t> rgb) {
  write_encoded(path, [&](stbi_write_func* append, void* to) {
    return stbi_write_png_to_func(append, to, width, height, 3, rgb.data(), 3 * width);
  });
}

void write_image(const std::string& path, int width, int height, std::span<const std::uint8_t> rgb) {
  if (!is_jpeg_name(path)) return write_png(path, width, height, rgb);
  write_encoded(path, [&](stbi_write_func* append, void* to) {
    constexpr int quality = 88;
    return stbi_write_jpg_to_func(append, to, width, height, 3, rgb.data(), quality);
  });
}
