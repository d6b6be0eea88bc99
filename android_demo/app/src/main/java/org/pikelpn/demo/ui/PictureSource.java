package org.pikelpn.demo.ui;

import android.content.Context;
import android.graphics.Bitmap;
import android.graphics.BitmapFactory;
import android.graphics.Canvas;
import android.graphics.Paint;
import android.graphics.Rect;
import android.net.Uri;
import org.pikelpn.demo.core.ModelException;
import org.pikelpn.demo.device.Files;

/** A picture to classify. */
abstract class PictureSource {
    // Enough for every model, and little enough for memory.
    private static final int LARGEST_SIDE = 1024;

    /** The picture, at least as large as models take it. */
    abstract Bitmap load() throws ModelException;

    static PictureSource of(final Bitmap bitmap) {
        return new PictureSource() {
            @Override
            Bitmap load() {
                return bitmap;
            }
        };
    }

    static PictureSource of(Context context, final Uri document) {
        final Context application = context.getApplicationContext();
        return new PictureSource() {
            @Override
            Bitmap load() throws ModelException {
                byte[] bytes = Files.document(application, document);
                BitmapFactory.Options options = new BitmapFactory.Options();
                options.inJustDecodeBounds = true;
                BitmapFactory.decodeByteArray(bytes, 0, bytes.length, options);
                options.inJustDecodeBounds = false;
                int side = Math.min(options.outWidth, options.outHeight);
                options.inSampleSize = Math.max(1, Integer.highestOneBit(side / LARGEST_SIDE));
                Bitmap bitmap = BitmapFactory.decodeByteArray(bytes, 0, bytes.length, options);
                if (bitmap == null) {
                    throw new ModelException("This is no picture; choose another file.");
                }
                return bitmap;
            }
        };
    }

    /** The square in the picture's middle, scaled to a model's size. */
    static Bitmap fitted(Bitmap picture, int width, int height) {
        int side = Math.min(picture.getWidth(), picture.getHeight());
        int left = (picture.getWidth() - side) / 2;
        int top = (picture.getHeight() - side) / 2;
        Bitmap fitted = Bitmap.createBitmap(width, height, Bitmap.Config.ARGB_8888);
        new Canvas(fitted).drawBitmap(picture, new Rect(left, top, left + side, top + side),
                new Rect(0, 0, width, height), new Paint(Paint.FILTER_BITMAP_FLAG));
        return fitted;
    }
}
