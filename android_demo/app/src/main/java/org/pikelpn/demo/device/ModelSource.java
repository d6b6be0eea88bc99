package org.pikelpn.demo.device;

import android.content.Context;
import android.content.Intent;
import android.net.Uri;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.pikelpn.demo.core.Bundle;
import org.pikelpn.demo.core.Golden;
import org.pikelpn.demo.core.ModelException;
import org.pikelpn.demo.core.ModelFile;

/** Where a model comes from: the app's assets or a document of the user's. */
public final class ModelSource {
    private static final String FOLDER = "models/";
    private static final String EXTRA_ASSET = "asset";

    private final Context context;
    private final Bundle.Entry entry;
    private final Uri document;

    private ModelSource(Context context, Bundle.Entry entry, Uri document) {
        this.context = context.getApplicationContext();
        this.entry = entry;
        this.document = document;
    }

    /** The models inside the app; none if it was built without. */
    public static List<ModelSource> bundled(Context context) {
        List<ModelSource> sources = new ArrayList<>();
        try {
            byte[] index = Files.asset(context, FOLDER + "index.json");
            for (Bundle.Entry entry : Bundle.read(new String(index, StandardCharsets.UTF_8))) {
                sources.add(new ModelSource(context, entry, null));
            }
        } catch (IOException | IllegalArgumentException error) {
            return Collections.emptyList();
        }
        return sources;
    }

    /** A model inside the app by its file's name, or null. */
    public static ModelSource bundled(Context context, String model) {
        for (ModelSource source : bundled(context)) {
            if (source.entry.model().equals(model)) {
                return source;
            }
        }
        return null;
    }

    /** A model in a document. */
    public static ModelSource of(Context context, Uri document) {
        return new ModelSource(context, null, document);
    }

    /** The model that {@link #putInto} wrote into an intent, or null. */
    public static ModelSource from(Context context, Intent intent) {
        String asset = intent.getStringExtra(EXTRA_ASSET);
        if (asset != null) {
            return bundled(context, asset);
        }
        return intent.getData() == null ? null : of(context, intent.getData());
    }

    /** Hands the model to another activity. */
    public Intent putInto(Intent intent) {
        if (entry != null) {
            return intent.putExtra(EXTRA_ASSET, entry.model());
        }
        return intent.setData(document).addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION);
    }

    /** What a user reads. */
    public String title() {
        return entry != null ? entry.title() : Files.name(context, document);
    }

    /** One line more, or an empty text. */
    public String description() {
        return entry != null ? entry.description() : "";
    }

    /** Size of the file in bytes, below 0 where it is not known before reading. */
    public long bytes() {
        return entry != null ? entry.bytes() : -1;
    }

    /** Names of the classes, where they are known. */
    public List<String> labels() {
        return entry != null ? entry.labels() : Collections.<String>emptyList();
    }

    /**
     * Reads the model.
     *
     * @throws ModelException with a sentence, if that does not work
     */
    public ModelFile load() throws ModelException {
        if (entry == null) {
            return new ModelFile(title(), Files.document(context, document));
        }
        return new ModelFile(entry.model(), asset(entry.model()));
    }

    /** Whether golden outputs lie beside the model. */
    public boolean hasGolden() {
        return entry != null && !entry.golden().isEmpty();
    }

    /**
     * Reads the golden outputs that lie beside the model.
     *
     * @throws ModelException with a sentence, if that does not work
     */
    public Golden golden() throws ModelException {
        return Golden.read(asset(entry.golden()));
    }

    private byte[] asset(String name) throws ModelException {
        try {
            return Files.asset(context, FOLDER + name);
        } catch (IOException error) {
            throw new ModelException(
                    "'" + name + "' is missing in the app; install it anew.", error);
        }
    }
}
