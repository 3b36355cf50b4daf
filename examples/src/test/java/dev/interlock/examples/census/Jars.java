package dev.interlock.examples.census;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.spi.ToolProvider;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes jars by hand, whole and broken. */
public final class Jars implements Closeable {
  private final ZipOutputStream zip;

  private Jars(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    zip = new ZipOutputStream(Files.newOutputStream(file));
  }

  public static Jars write(Path file) throws IOException {
    return new Jars(file);
  }

  /** Eight bytes are all that a census reads of a class. */
  public Jars classFile(String name, int major) throws IOException {
    return entry(name + ".class", ByteBuffer.allocate(8).putInt(0xCAFEBABE).putInt(major).array());
  }

  public Jars entry(String name, byte[] content) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(content);
    zip.closeEntry();
    return this;
  }

  public Jars manifest(String attribute, String value) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue(attribute, value);
    zip.putNextEntry(new ZipEntry(JarFile.MANIFEST_NAME));
    manifest.write(zip);
    zip.closeEntry();
    return this;
  }

  /** A real descriptor, compiled. */
  public Jars moduleInfo(String moduleName, Path scratch) throws IOException {
    Path source = Files.createDirectories(scratch).resolve("module-info.java");
    Files.writeString(source, "module " + moduleName + " {}");
    int code =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                System.out,
                System.err,
                "--release",
                "17",
                "-d",
                scratch.toString(),
                source.toString());
    if (code != 0) {
      throw new IOException("javac ended with " + code);
    }
    return entry("module-info.class", Files.readAllBytes(scratch.resolve("module-info.class")));
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
