/** Variables that a process must be started with to find a Vulkan loader; empty where the system has its own. */
export function vulkanEnvironment(): Record<string, string>;

/** The driver descriptions of lavapipe and SwiftShader that are here, best first. */
export function softwareDrivers(): string[];
