// Graphs and files that make no sense.
#include "refusal.hpp"

using namespace onnx_tests;

TEST_CASE("cycles") {
  ModelProto cycle = model_of({4});
  add_node(cycle, "Add", {"x", "b"}, {"a"});
  add_node(cycle, "Relu", {"a"}, {"b"});
  add_node(cycle, "Relu", {"b"}, {"y"});
  check_refused(cycle, {"the_", "depends on its own result"});
  ModelProto loop = model_of({4});
  add_node(loop, "Add", {"x", "y"}, {"y"});
  check_refused(loop, {"the_Add", "depends on its own result"});
}

TEST_CASE("names that are undefined, twice there, empty, long or no text") {
  ModelProto undefined = model_of({4});
  add_node(undefined, "Relu", {"z"}, {"y"});
  check_refused(undefined, {"the_Relu", "there is no tensor \"z\""});

  ModelProto twice = model_of({4});
  add_node(twice, "Relu", {"x"}, {"y"});
  add_node(twice, "Tanh", {"x"}, {"y"});
  check_refused(twice, {"the_Tanh", "\"y\" stands for another tensor already"});
  ModelProto overwritten = model_of({4});
  add_node(overwritten, "Relu", {"x"}, {"x"});
  check_refused(overwritten, {"the_Relu", "\"x\" stands for another tensor already"});
  ModelProto inputs = model_of({4});
  set_dims(*inputs.mutable_graph()->add_input(), "x", {4});
  add_node(inputs, "Relu", {"x"}, {"y"});
  check_refused(inputs, {"input \"x\"", "stands for another tensor already"});
  ModelProto constants = model_of({4});
  add_floats(constants, "c", {1}, {1});
  add_floats(constants, "c", {1}, {2});
  add_node(constants, "Add", {"x", "c"}, {"y"});
  check_refused(constants, {"initializer \"c\"", "stands for another tensor already"});

  ModelProto empty = model_of({4});
  add_node(empty, "Relu", {""}, {"y"});
  check_refused(empty, {"the_Relu", "input 0 is missing"});
  ModelProto unnamed = model_of({4});
  set_dims(*unnamed.mutable_graph()->add_input(), "", {4});
  add_node(unnamed, "Relu", {"x"}, {"y"});
  check_refused(unnamed, {"empty name"});

  for (const std::string& name : {std::string(1 << 20, 'n'), std::string("a\0b", 3),
                                  std::string("\xC3\x28\xFF"), std::string("a\nb\\"), std::string("?\?/")}) {
    ModelProto odd = model_of({4});
    add_node(odd, "Relu", {"x"}, {name});
    add_node(odd, "Tanh", {name}, {"y"}).set_name(name);
    check_accepted(odd);
    add_node(odd, "Relu", {name + "_"}, {"z"}).set_name(name);
    check_refused(odd, {"there is no tensor"});
  }
}

TEST_CASE("nodes without inputs or outputs, and graphs without") {
  ModelProto no_input = model_of({4});
  add_node(no_input, "Relu", {}, {"y"});
  check_refused(no_input, {"the_Relu", "input 0 is missing"});
  ModelProto no_output = model_of({4});
  add_node(no_output, "Relu", {"x"}, {});
  check_refused(no_output, {"the_Relu", "has no output"});
  ModelProto no_result = model_of({4});
  add_node(no_result, "Relu", {"x"}, {""});
  check_refused(no_result, {"output \"y\"", "there is no tensor"});
  ModelProto no_graph;
  no_graph.set_ir_version(8);
  check_refused(no_graph, {"has no graph"});
  ModelProto nothing = model_of({4});
  nothing.mutable_graph()->clear_output();
  check_refused(nothing, {"has no output"});
  ModelProto constant = model_of({4});
  add_floats(constant, "c", {1}, {1});
  add_node(constant, "Relu", {"x"}, {"z"});
  add_node(constant, "Identity", {"c"}, {"y"});
  check_refused(constant, {"no output depends on an input"});
  ModelProto many = model_of({4});
  many.mutable_graph()->clear_output();
  for (int i = 0; i < 17; ++i) {
    many.mutable_graph()->add_output()->set_name("y" + std::to_string(i));
    add_node(many, "Relu", {"x"}, {"y" + std::to_string(i)});
  }
  check_refused(many, {"output \"y16\"", "more than 16 outputs"});
  ModelProto inputs = model_of({4});
  add_node(inputs, "Relu", {"x"}, {"y"});
  for (int i = 0; i < 8; ++i) set_dims(*inputs.mutable_graph()->add_input(), "x" + std::to_string(i), {4});
  check_refused(inputs, {"input \"x7\"", "more than 8 inputs"});
}

TEST_CASE("inputs of unknown, empty, negative or enormous shape") {
  const auto relu = [](std::initializer_list<std::int64_t> dims) {
    ModelProto m = model_of(dims);
    add_node(m, "Relu", {"x"}, {"y"});
    return m;
  };
  check_refused(relu({3, 0}), {"input \"x\"", "3x0", "no elements"});
  check_refused(relu({3, -2}), {"input \"x\"", "the extent -2"});
  check_refused(relu({std::int64_t{1} << 42, (std::int64_t{1} << 22) + 1}),
                {"input \"x\"", "more than 2147483647 elements"});
  check_refused(relu({65536, 65536}), {"input \"x\"", "more than 2147483647 elements"});
  check_refused(relu({1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}), {"input \"x\"", "17 axes"});
  ModelProto open = relu({1, 3});
  open.mutable_graph()
      ->mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->add_dim()
      ->set_dim_param("width");
  check_refused(open, {"input \"x\"", "1x3x?", "--input-shape x="});
  check_accepted(open, {.input_shapes = {{"x", {1, 3, 5}}}});
  check_refused(open, {"input \"x\"", "1x3x?", "does not fit"}, {.input_shapes = {{"x", {1, 3}}}});
  check_refused(open, {"--input-shape names the input \"z\"", "expected one of x"},
                {.input_shapes = {{"z", {1, 3}}}});
  ModelProto untyped = relu({1});
  untyped.mutable_graph()->mutable_input(0)->clear_type();
  check_refused(untyped, {"input \"x\"", "not a tensor"});
  ModelProto text = relu({1});
  text.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
      onnx::TensorProto::STRING);
  check_refused(text, {"input \"x\"", "element type 8"});
}

TEST_CASE("constants whose data do not fit their shape") {
  const auto with = [](auto change) {
    ModelProto m = model_of({4});
    change(add_floats(m, "c", {4}, {1, 2, 3, 4}));
    add_node(m, "Add", {"x", "c"}, {"y"});
    return m;
  };
  check_accepted(with([](onnx::TensorProto&) {}));
  check_refused(with([](onnx::TensorProto& t) { t.add_float_data(5); }),
                {"initializer \"c\"", "found 20 bytes of data, expected 16"});
  check_refused(with([](onnx::TensorProto& t) { t.set_dims(0, -4); }),
                {"initializer \"c\"", "the extent -4"});
  check_refused(with([](onnx::TensorProto& t) { t.set_dims(0, std::int64_t{1} << 50); }),
                {"initializer \"c\"", "2147483647"});
  check_refused(with([](onnx::TensorProto& t) { t.set_dims(0, 1 << 28); }),
                {"initializer \"c\"", "found 16 bytes"});
  check_refused(with([](onnx::TensorProto& t) { t.set_raw_data("abc"); }),
                {"initializer \"c\"", "found 3 bytes"});
  for (const int type : {0, -1, 8, 14, 99})
    check_refused(with([type](onnx::TensorProto& t) { t.set_data_type(type); }),
                  {"initializer \"c\"", "element type"});
}

TEST_CASE("constants that would be enormous once computed") {
  const auto bomb = [](const char* op, std::initializer_list<std::int64_t> shape) {
    ModelProto m = model_of({4});
    add_integers(m, "shape", shape);
    add_floats(m, "one", {1}, {1});
    add_node(m, op,
             std::string{op} == "Expand" ? std::vector<std::string>{"one", "shape"}
                                         : std::vector<std::string>{"shape"},
             {"c"});
    add_node(m, "Add", {"x", "c"}, {"y"});
    return m;
  };
  check_refused(bomb("ConstantOfShape", {1 << 20, 1 << 20}), {"the_ConstantOfShape", "2147483647"});
  check_refused(bomb("ConstantOfShape", {1 << 15, 1 << 15}),
                {"the_ConstantOfShape", "32768x32768 takes more than 512 MiB"});
  check_refused(bomb("Expand", {1 << 15, 1 << 15}), {"the_Expand", "more than 512 MiB"});
  ModelProto bytes = bomb("ConstantOfShape", {1 << 14, 1 << 14});
  auto& value = *bytes.mutable_graph()->mutable_node(0)->add_attribute();
  value.set_name("value");
  value.set_type(onnx::AttributeProto::TENSOR);
  value.mutable_t()->set_data_type(onnx::TensorProto::BOOL);
  value.mutable_t()->add_int32_data(1);
  check_refused(bytes, {"the_ConstantOfShape", "16384x16384 has more than 134217728 elements"});
  check_refused(bomb("Expand", {1 << 20, 1 << 20}), {"the_Expand", "2147483647"});
  check_refused(bomb("ConstantOfShape", {-1}), {"the_ConstantOfShape", "the extent -1"});
  ModelProto range = model_of({4});
  for (const char* name : {"start", "limit", "delta"})
    add_floats(range, name, {}, {std::string{name} == "limit" ? 1e20f : 1.0f});
  add_node(range, "Range", {"start", "limit", "delta"}, {"c"});
  add_node(range, "Add", {"x", "c"}, {"y"});
  check_refused(range, {"the_Range", "too many elements"});
  ModelProto doubling = model_of({1});  // 2^40 elements in 40 steps
  add_floats(doubling, "c0", {1}, {1});
  for (int i = 0; i < 40; ++i) {
    const std::string from = "c" + std::to_string(i);
    add_int(add_node(doubling, "Concat", {from, from}, {"c" + std::to_string(i + 1)}), "axis", 0);
  }
  add_node(doubling, "Add", {"x", "c40"}, {"y"});
  check_refused(doubling, {"the_Concat", "more than 512 MiB"});
}

TEST_CASE("empty constants with enormous extents") {
  const auto of_empty = [](const char* op, std::initializer_list<std::int64_t> dims) {
    ModelProto m = model_of({4});
    add_floats(m, "empty", dims, {});
    add_integers(m, "first", {0});
    add_int(add_node(m, op, {"empty", std::string{op} == "Gather" ? "first" : "empty"}, {"moved"}), "axis",
            1);
    add_node(m, "Size", {"moved"}, {"size"});
    add_int(add_node(m, "Cast", {"size"}, {"zero"}), "to", onnx::TensorProto::FLOAT);
    add_node(m, "Add", {"x", "zero"}, {"y"});
    return m;
  };
  constexpr std::int64_t huge = std::int64_t{1} << 62;
  for (const char* op : {"Gather", "Concat"}) {
    check_accepted(of_empty(op, {1000000000, 1, 0}));
    for (const ModelProto& m :
         {of_empty(op, {huge, huge, 0}), of_empty(op, {huge, 1, 0}), of_empty(op, {0, huge, huge})})
      check_refused(m, {"initializer \"empty\"", "more than 2147483647 elements but for"});
  }
  ModelProto outside = of_empty("Gather", {2, 1, 0});
  outside.mutable_graph()->mutable_initializer(1)->set_int64_data(0, 1);
  check_refused(outside, {"the_Gather", "index 1 lies outside the axis of 1"});
}

TEST_CASE("operator sets that do not exist yet") {
  for (const std::int64_t version : {0, -1, 999}) {
    ModelProto m = model_of({4}, version);
    add_node(m, "Relu", {"x"}, {"y"});
    check_refused(m, {"operator set"});
  }
  check_accepted([] {
    ModelProto m = model_of({4}, edgenn::import::newest_onnx_opset);
    add_node(m, "Relu", {"x"}, {"y"});
    return m;
  }());
}

TEST_CASE("graphs within graphs") {
  ModelProto m = model_of({4});
  NodeProto& n = add_node(m, "If", {"x"}, {"y"});
  auto* inner = &n;
  for (int depth = 0; depth < 10; ++depth) {
    auto& a = *inner->add_attribute();
    a.set_name("then_branch");
    a.set_type(onnx::AttributeProto::GRAPH);
    inner = a.mutable_g()->add_node();
  }
  check_refused(m, {"the_If", "does not know this operator", "then_branch"});
  for (int depth = 0; depth < 1000; ++depth) {
    auto& a = *inner->add_attribute();
    a.set_type(onnx::AttributeProto::GRAPH);
    inner = a.mutable_g()->add_node();
  }
  check_refused(m, {"damaged"});
}

TEST_CASE("damaged files") {
  CHECK(refusal(std::span<const std::byte>{}).find("empty") != std::string::npos);
  ModelProto m = model_of({1, 2, 4, 4});
  add_floats(m, "kernel", {1, 2, 3, 3}, std::vector<float>(18, 1));
  add_node(m, "Conv", {"x", "kernel"}, {"y"});
  const std::vector<std::byte> good = bytes_of(m);
  REQUIRE(refusal(good) == "");
  int refused = 0;
  for (std::size_t size = 0; size < good.size();
       ++size)  // many a shorter file is a model too, but without a part
    refused += !refusal(std::span{good}.first(size)).empty();
  CHECK(refused >= static_cast<int>(good.size()) - 8);

  const auto bytes = [](std::initializer_list<int> list) {
    std::vector<std::byte> all;
    for (const int b : list) all.push_back(static_cast<std::byte>(b));
    return all;
  };
  CHECK(refusal(bytes({0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}))
        != "");                                                 // a varint of 11 bytes
  CHECK(refusal(bytes({0x3A, 0xFF, 0xFF, 0xFF, 0x7F})) != "");  // a graph longer than the file
  CHECK(refusal(bytes({'T', 'F', 'L', '3'})) != "");
}

TEST_CASE("100,000 nodes") {
  const auto chain = [](const char* op, bool constant, bool reversed) {
    constexpr int count = 100000;
    ModelProto m = model_of({4});
    add_floats(m, "c", {4}, {1, 2, 3, 4});
    const auto name = [&](int i) { return i == 0 ? (constant ? "c" : "x") : "v" + std::to_string(i); };
    for (int k = 0; k < count; ++k) {
      const int i = reversed ? count - 1 - k : k;
      add_node(m, op, {name(i)}, {name(i + 1)});
    }
    add_node(m, "Add", {"x", name(count)}, {"y"});
    return m;
  };
  check_accepted(chain("Neg", true, false));
  check_accepted(chain("Identity", false, true));
  check_refused(chain("Relu", false, false), {"the_Relu", "network has more nodes than its capacity"});
  ModelProto shapes = model_of({4});
  for (int i = 0; i < 100000; ++i) add_node(shapes, "Shape", {"x"}, {"s" + std::to_string(i)});
  NodeProto& join = add_node(shapes, "Concat", {}, {"all"});
  for (int i = 0; i < 100000; ++i) join.add_input("s" + std::to_string(i));
  add_int(join, "axis", 0);
  add_node(shapes, "Reshape", {"x", "all"}, {"y"});
  check_refused(shapes, {"the_Reshape", "100000 axes"});
}

TEST_CASE("weights of another type than the input") {
  const auto typed = [](const char* op, std::vector<std::vector<std::int64_t>> shapes, std::size_t changed,
                        int type, std::int64_t opset) {
    ModelProto m = shapes[0].size() == 4 ? model_of({1, 2, 3, 3}, opset) : model_of({1, 2}, opset);
    std::vector<std::string> names{"x"};
    for (std::size_t k = 0; k < shapes.size(); ++k) {
      names.push_back("weights" + std::to_string(k));
      auto& t = *m.mutable_graph()->add_initializer();
      t.set_name(names.back());
      t.set_data_type(k == changed ? type : onnx::TensorProto::FLOAT);
      std::int64_t count = 1;
      for (const std::int64_t d : shapes[k]) {
        t.add_dims(d);
        count *= d;
      }
      for (std::int64_t i = 0; i < count; ++i) {
        if (t.data_type() == onnx::TensorProto::INT64)
          t.add_int64_data(1);
        else if (t.data_type() == onnx::TensorProto::DOUBLE)
          t.add_double_data(1);
        else
          t.add_float_data(1);
      }
    }
    add_node(m, op, names, {"y"});
    return m;
  };
  constexpr std::size_t none = 100;
  const auto check = [&](const char* op, const std::vector<std::vector<std::int64_t>>& shapes,
                         std::vector<const char*> roles) {
    check_accepted(typed(op, shapes, none, 0, 13));
    for (std::size_t k = 0; k < shapes.size(); ++k) {
      check_refused(typed(op, shapes, k, onnx::TensorProto::INT64, 13),
                    {"the_", op, roles[k], "is of type int64, its input of type float: expected one type"});
      check_refused(typed(op, shapes, k, onnx::TensorProto::DOUBLE, 13),
                    {"the_", op, roles[k], "is of type double, its input of type float: expected one type"});
    }
  };
  check("Conv", {{2, 2, 3, 3}, {2}}, {"kernel", "bias"});
  check("Gemm", {{2, 4}, {4}}, {"matrix B", "matrix C"});
  check("MatMul", {{2, 4}}, {"second operand"});
  const std::vector<std::vector<std::int64_t>> channels(4, {2});
  check("BatchNormalization", channels, {"scale", "offset", "mean", "variance"});
  check_refused(typed("BatchNormalization", channels, 2, onnx::TensorProto::INT64, 15),
                {"the_BatchNormalization", "its mean is of type int64, expected real numbers"});
  check_accepted(typed("BatchNormalization", channels, 2, onnx::TensorProto::DOUBLE, 15));
}

TEST_CASE("no operator set") {
  ModelProto m = model_of({4});
  add_node(m, "Relu", {"x"}, {"y"});
  check_accepted(m);
  m.mutable_opset_import(0)->set_version(0);
  check_refused(m, {"found operator set 0, expected 1 to"});
  m.mutable_opset_import(0)->set_version(1);
  m.mutable_opset_import(0)->set_domain("com.microsoft");
  check_refused(m, {"found no operator set (opset_import) of ONNX"});
  m.clear_opset_import();
  check_refused(m, {"found no operator set (opset_import) of ONNX"});
  m.set_ir_version(2);  // files of the first versions have none
  m.mutable_graph()->mutable_node(0)->set_op_type("Sigmoid");
  check_accepted(m);
}

TEST_CASE("bytes after a model: unknown fields are ignored, others refused") {
  ModelProto m = model_of({4});
  add_node(m, "Relu", {"x"}, {"y"});
  std::vector<std::byte> bytes = bytes_of(m);
  for (const int b : {0xC0, 0x3E, 0x07}) bytes.push_back(static_cast<std::byte>(b));  // field 1000 is 7
  CHECK(refusal(bytes) == "");
  for (const int b : {0x00, 0x07, 0xFF}) {  // field 0, no such wire type, a cut number
    std::vector<std::byte> longer = bytes;
    longer.push_back(static_cast<std::byte>(b));
    CHECK(refusal(longer).find("the protobuf cannot be parsed") != std::string::npos);
  }
}
