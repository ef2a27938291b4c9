// A program in Kotlin. -Drepository=FOLDER names the local Maven repository that the modules are installed in.
plugins {
    kotlin("jvm") version "2.4.21"
    application
}

repositories {
    maven(uri(System.getProperty("repository") ?: "${System.getProperty("user.home")}/.m2/repository"))
    mavenCentral()
}

dependencies {
    implementation(platform("com.jstorrent:iodaemon-bom:1.0.0-SNAPSHOT"))
    implementation("com.jstorrent:iodaemon-transport-http")
    implementation("com.jstorrent:iodaemon-transport-ws")
}

kotlin {
    compilerOptions { allWarningsAsErrors = true }
}

application {
    mainClass = "example.EmbeddedKt"
}
