package org.pikelpn.demo.device;

import android.content.ContentResolver;
import android.content.Context;
import android.database.Cursor;
import android.net.Uri;
import android.provider.OpenableColumns;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.pikelpn.demo.core.ModelException;

/** Reads whole files and writes them whole or not at all. */
public final class Files {
    /** Larger files are no models for phones. */
    public static final int LARGEST = 512 << 20;

    private static final int BLOCK = 1 << 16;

    private Files() {}

    /** The bytes of an asset. */
    public static byte[] asset(Context context, String path) throws IOException {
        try (InputStream stream = context.getAssets().open(path)) {
            return all(stream, path);
        }
    }

    /** The bytes of a file. */
    public static byte[] file(File file) throws IOException {
        try (InputStream stream = new FileInputStream(file)) {
            return all(stream, file.getName());
        }
    }

    /**
     * The bytes of a document that the user chose.
     *
     * @throws ModelException with a sentence, if it cannot be read any more
     */
    public static byte[] document(Context context, Uri uri) throws ModelException {
        try (InputStream stream = context.getContentResolver().openInputStream(uri)) {
            if (stream == null) {
                throw new IOException("nothing to read");
            }
            return all(stream, "The file");
        } catch (IOException | RuntimeException error) {
            // The document's provider is another app: it may throw anything.
            throw new ModelException("The file cannot be read; choose it again.", error);
        }
    }

    /** What the user calls a document. */
    public static String name(Context context, Uri uri) {
        if (ContentResolver.SCHEME_CONTENT.equals(uri.getScheme())) {
            String[] columns = {OpenableColumns.DISPLAY_NAME};
            try (Cursor cursor =
                    context.getContentResolver().query(uri, columns, null, null, null)) {
                if (cursor != null && cursor.moveToFirst() && cursor.getString(0) != null) {
                    return cursor.getString(0);
                }
            } catch (RuntimeException error) {
                return "model";
            }
        }
        String last = uri.getLastPathSegment();
        return last == null ? "model" : last;
    }

    /** Writes a text beside the file and renames it. */
    public static void write(File file, String text) throws IOException {
        File beside = new File(file.getPath() + ".part");
        try (FileOutputStream stream = new FileOutputStream(beside)) {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
        }
        if (!beside.renameTo(file)) {
            throw new IOException(file + " cannot be written");
        }
    }

    private static byte[] all(InputStream stream, String name) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        byte[] block = new byte[BLOCK];
        for (int read = stream.read(block); read >= 0; read = stream.read(block)) {
            content.write(block, 0, read);
            if (content.size() > LARGEST) {
                throw new IOException(name + " is larger than " + (LARGEST >> 20) + " MB");
            }
        }
        return content.toByteArray();
    }
}
