package dev.interlock.examples.census;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** Where Maven keeps what it has downloaded. */
final class MavenRepository {
  private MavenRepository() {}

  /** The local repository of this user. */
  static Path local() {
    return local(System.getProperties(), System.getenv());
  }

  /**
   * In this order: the property {@code maven.repo.local}, the variable {@code M2_REPO}, {@code
   * localRepository} in {@code ~/.m2/settings.xml}, {@code ~/.m2/repository}.
   */
  static Path local(Properties properties, Map<String, String> environment) {
    String property = properties.getProperty("maven.repo.local");
    if (property != null && !property.isBlank()) {
      return Path.of(property.strip());
    }
    String variable = environment.get("M2_REPO");
    if (variable != null && !variable.isBlank()) {
      return Path.of(variable.strip());
    }
    String home = properties.getProperty("user.home", ".");
    Path m2 = Path.of(home, ".m2");
    String configured = localRepositoryOf(m2.resolve("settings.xml"));
    return configured == null
        ? m2.resolve("repository")
        : Path.of(configured.replace("${user.home}", home));
  }

  /** Null when there is no such file, it says nothing about it, or it cannot be understood. */
  private static @Nullable String localRepositoryOf(Path settings) {
    if (!Files.isReadable(settings)) {
      return null;
    }
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      NodeList children =
          factory
              .newDocumentBuilder()
              .parse(settings.toFile())
              .getDocumentElement()
              .getChildNodes();
      for (int i = 0; i < children.getLength(); i++) {
        Node child = children.item(i);
        if (child.getNodeName().equals("localRepository")) {
          String text = child.getTextContent().strip();
          return text.isEmpty() ? null : text;
        }
      }
      return null;
    } catch (ParserConfigurationException | SAXException | IOException notUnderstood) {
      return null; // Maven itself tells its user about a broken file
    }
  }
}
