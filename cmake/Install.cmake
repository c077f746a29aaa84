# What `cmake --install` puts where. Components: client and server, the programs, each a
# package (Packages.cmake); bench; development, the libraries with their CMake package.
# What belongs to a machine and not to a prefix (unit, configuration) is in packages alone.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS brainalign COMPONENT client)
install(TARGETS brainalignd COMPONENT server)
if(BRAINALIGN_BUILD_BENCH)
  install(TARGETS brainalign-bench brainalign-bench-upload COMPONENT bench)
endif()

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/brainalign)
set_target_properties(brainalign_core PROPERTIES EXPORT_NAME core)
set_target_properties(brainalign_client PROPERTIES EXPORT_NAME client)
set_target_properties(brainalign_experiment PROPERTIES EXPORT_NAME experiment)
set_target_properties(brainalign_proto PROPERTIES EXPORT_NAME proto)
install(TARGETS brainalign_core brainalign_client brainalign_experiment brainalign_proto
  EXPORT brainalignTargets
  ARCHIVE COMPONENT development
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/brainalign COMPONENT development)
install(EXPORT brainalignTargets NAMESPACE brainalign:: DESTINATION ${package_folder}
  COMPONENT development)
configure_package_config_file(cmake/brainalignConfig.cmake.in
  ${CMAKE_BINARY_DIR}/brainalignConfig.cmake INSTALL_DESTINATION ${package_folder})
# Nothing is promised to programs between 0.x and 0.y.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/brainalignConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_BINARY_DIR}/brainalignConfig.cmake
  ${CMAKE_BINARY_DIR}/brainalignConfigVersion.cmake
  cmake/LibraryDependencies.cmake
  DESTINATION ${package_folder} COMPONENT development)
# For clients in other languages.
install(DIRECTORY proto/brainalign DESTINATION ${CMAKE_INSTALL_DATADIR}/brainalign/proto
  COMPONENT development FILES_MATCHING PATTERN *.proto)
