# Installs the headers, the targets, edgenn_add_weights, edgenn_add_model and edgenn-import, and the pkg-config files.
# What is installed can be moved: no file holds an absolute path.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(edgenn_config_dir "${CMAKE_INSTALL_DATAROOTDIR}/cmake/edgenn")
set(edgenn_pc_dir "${CMAKE_INSTALL_DATAROOTDIR}/pkgconfig")

install(DIRECTORY include/ DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp")
foreach(target IN LISTS EDGENN_TARGETS)
  if(target MATCHES "^edgenn_(.+)$")
    install(DIRECTORY "backends/${CMAKE_MATCH_1}/"
            DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/edgenn-backends/${CMAKE_MATCH_1}"
            FILES_MATCHING PATTERN "*.hpp")
  endif()
endforeach()

install(TARGETS ${EDGENN_TARGETS} EXPORT edgenn-targets)
install(EXPORT edgenn-targets NAMESPACE edgenn:: DESTINATION "${edgenn_config_dir}")
configure_package_config_file(cmake/edgenn-config.cmake.in "${PROJECT_BINARY_DIR}/edgenn-config.cmake"
                              INSTALL_DESTINATION "${edgenn_config_dir}")
if(PROJECT_VERSION_MAJOR EQUAL 0)  # before 1.0 a minor version may change interfaces
  set(compatibility SameMinorVersion)
else()
  set(compatibility SameMajorVersion)
endif()
write_basic_package_version_file("${PROJECT_BINARY_DIR}/edgenn-config-version.cmake"
                                 COMPATIBILITY ${compatibility} ARCH_INDEPENDENT)
install(FILES "${PROJECT_BINARY_DIR}/edgenn-config.cmake" "${PROJECT_BINARY_DIR}/edgenn-config-version.cmake"
              cmake/EdgennWeights.cmake cmake/EdgennModel.cmake
        DESTINATION "${edgenn_config_dir}")
if(TARGET edgenn-import)  # found beside the package, not exported: the package is the same for all platforms
  install(TARGETS edgenn-import RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()

# The way from the pkg-config files to the prefix.
file(RELATIVE_PATH edgenn_pc_to_prefix "/prefix/${edgenn_pc_dir}" "/prefix")
foreach(name IN ITEMS edgenn edgenn-cpu)
  configure_file(cmake/${name}.pc.in "${PROJECT_BINARY_DIR}/${name}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${name}.pc" DESTINATION "${edgenn_pc_dir}")
endforeach()

install(FILES LICENSE README.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
