export { nativePath } from "../sidecar/native-files.ts";
