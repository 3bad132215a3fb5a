using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CdcLake.Columnar;
using CdcLake.StarRocks.Ddl;

namespace CdcLake.StarRocks.StreamLoad;

/// <summary>Writes the values of one column that are not NULL as the text that StarRocks reads, without quotes; nothing is allocated.</summary>
internal abstract class CellWriter
{
    private const int LongestNumber = 48;

    /// <summary>True where the text stands in quotes in JSON: strings, times, and numbers that a JSON parser might round.</summary>
    public virtual bool IsQuoted => true;

    /// <summary>True where the text may hold any characters.</summary>
    public virtual bool IsFree => false;

    /// <exception cref="UnsupportedTypeException">StarRocks cannot hold the value; the message names it, and whoever calls adds table and column.</exception>
    public abstract void Write(Column column, int row, LoadBody body);

    public static CellWriter For(DataType type, TargetType target) => type.Kind switch
    {
        TypeKind.Boolean => new BooleanWriter(),
        TypeKind.Float32 => new FloatWriter(),
        TypeKind.Float64 => new DoubleWriter(),
        TypeKind.Date => new DateWriter(),
        TypeKind.DateTime or TypeKind.Timestamp => new MomentWriter(),
        TypeKind.Time => new TimeWriter(),
        TypeKind.Decimal => new DecimalWriter(),
        TypeKind.Binary => new HexWriter(),
        TypeKind.String when target.Name == "JSON" => new DocumentWriter(),
        TypeKind.String => new TextWriter(target.Length),
        _ => type.Storage == StorageKind.Int32 ? new IntWriter() : type.Storage == StorageKind.Int64 ? new LongWriter() : new WideWriter(),
    };

    private static UnsupportedTypeException NotHeld(Column column, int row, string reason) => new($"{CellText.Of(column, row)}: {reason}");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TwoDigits(Span<byte> target, int value)
    {
        target[0] = (byte)('0' + value / 10);
        target[1] = (byte)('0' + value % 10);
    }

    private sealed class BooleanWriter : CellWriter
    {
        public override bool IsQuoted => false;

        public override void Write(Column column, int row, LoadBody body) => body.Write((byte)('0' + ((FixedColumn<byte>)column).Values[row]));
    }

    private sealed class IntWriter : CellWriter
    {
        public override bool IsQuoted => false;

        public override void Write(Column column, int row, LoadBody body)
        {
            Utf8Formatter.TryFormat(((FixedColumn<int>)column).Values[row], body.Room(LongestNumber), out var written);
            body.Advance(written);
        }
    }

    private sealed class LongWriter : CellWriter
    {
        public override bool IsQuoted => false;

        public override void Write(Column column, int row, LoadBody body)
        {
            Utf8Formatter.TryFormat(((FixedColumn<long>)column).Values[row], body.Room(LongestNumber), out var written);
            body.Advance(written);
        }
    }

    private sealed class WideWriter : CellWriter
    {
        public override void Write(Column column, int row, LoadBody body)
        {
            ((FixedColumn<Int128>)column).Values[row].TryFormat(body.Room(LongestNumber), out var written, default, CultureInfo.InvariantCulture);
            body.Advance(written);
        }
    }

    private sealed class DecimalWriter : CellWriter
    {
        public override void Write(Column column, int row, LoadBody body)
        {
            Int128 value = column is FixedColumn<long> narrow ? narrow.Values[row] : ((FixedColumn<Int128>)column).Values[row];
            body.Advance(DecimalText.Format(value, column.Type.Scale, body.Room(DecimalText.MaxLength)));
        }
    }

    private sealed class FloatWriter : CellWriter
    {
        public override bool IsQuoted => false;

        public override void Write(Column column, int row, LoadBody body)
        {
            var value = ((FixedColumn<float>)column).Values[row];
            if (!float.IsFinite(value))
            {
                throw NotHeld(column, row, "StarRocks holds no infinite numbers and no NaN");
            }

            value.TryFormat(body.Room(LongestNumber), out var written, "R", CultureInfo.InvariantCulture);
            body.Advance(written);
        }
    }

    private sealed class DoubleWriter : CellWriter
    {
        public override bool IsQuoted => false;

        public override void Write(Column column, int row, LoadBody body)
        {
            var value = ((FixedColumn<double>)column).Values[row];
            if (!double.IsFinite(value))
            {
                throw NotHeld(column, row, "StarRocks holds no infinite numbers and no NaN");
            }

            value.TryFormat(body.Room(LongestNumber), out var written, "R", CultureInfo.InvariantCulture);
            body.Advance(written);
        }
    }

    private sealed class DateWriter : CellWriter
    {
        public override void Write(Column column, int row, LoadBody body) => WriteDay(column, row, ((FixedColumn<int>)column).Values[row], body);

        internal static void WriteDay(Column column, int row, long day, LoadBody body)
        {
            const int EpochDay = 719_162; // of 1970-01-01, counted from 0001-01-01
            if (day < -EpochDay || day > DateOnly.MaxValue.DayNumber - EpochDay)
            {
                throw NotHeld(column, row, "StarRocks holds dates from year 1 to year 9999");
            }

            var date = DateOnly.FromDayNumber((int)day + EpochDay);
            var target = body.Room(10);
            TwoDigits(target, date.Year / 100);
            TwoDigits(target[2..], date.Year % 100);
            TwoDigits(target[5..], date.Month);
            TwoDigits(target[8..], date.Day);
            target[4] = target[7] = (byte)'-';
            body.Advance(10);
        }
    }

    private sealed class MomentWriter : CellWriter
    {
        private const long DayMicroseconds = 86_400_000_000;

        public override void Write(Column column, int row, LoadBody body)
        {
            var (day, time) = Math.DivRem(((FixedColumn<long>)column).Values[row], DayMicroseconds);
            if (time < 0)
            {
                (day, time) = (day - 1, time + DayMicroseconds);
            }

            DateWriter.WriteDay(column, row, day, body);
            body.Write((byte)' ');
            WriteClock(time, column.Type.Scale > 0, body);
        }

        internal static void WriteClock(long microseconds, bool hasFraction, LoadBody body)
        {
            var (seconds, fraction) = Math.DivRem(microseconds, 1_000_000);
            var target = body.Room(16);
            TwoDigits(target, (int)(seconds / 3600 % 100));
            TwoDigits(target[3..], (int)(seconds / 60 % 60));
            TwoDigits(target[6..], (int)(seconds % 60));
            target[2] = target[5] = (byte)':';
            body.Advance(8);
            if (hasFraction)
            {
                target[8] = (byte)'.';
                for (var i = 14; i > 8; i--)
                {
                    (fraction, var digit) = Math.DivRem(fraction, 10);
                    target[i] = (byte)('0' + digit);
                }

                body.Advance(7);
            }
        }
    }

    // [-]HH:mm:ss[.ffffff], three digits of hours where there are more than 99.
    private sealed class TimeWriter : CellWriter
    {
        private const long HundredHours = 360_000_000_000;

        public override void Write(Column column, int row, LoadBody body)
        {
            var value = ((FixedColumn<long>)column).Values[row];
            if (value < 0)
            {
                body.Write((byte)'-');
                value = -value;
            }

            if (value >= HundredHours)
            {
                body.Write((byte)('0' + value / HundredHours));
            }

            MomentWriter.WriteClock(value, column.Type.Scale > 0, body);
        }
    }

    private sealed class TextWriter(int limit) : CellWriter
    {
        public override bool IsFree => true;

        public override void Write(Column column, int row, LoadBody body)
        {
            var text = ((BytesColumn)column)[row];
            if (text.Length > limit)
            {
                throw NotHeld(column, row, string.Create(CultureInfo.InvariantCulture, $"it has {text.Length} bytes, and the column holds {limit}"));
            }

            body.Write(text);
        }
    }

    private sealed class DocumentWriter : CellWriter
    {
        public override bool IsQuoted => false;

        public override bool IsFree => true;

        public override void Write(Column column, int row, LoadBody body)
        {
            var document = ((BytesColumn)column)[row];
            if (!IsDocument(document))
            {
                throw NotHeld(column, row, "it is no JSON document");
            }

            body.Write(document);
        }

        private static bool IsDocument(ReadOnlySpan<byte> text)
        {
            try
            {
                var reader = new Utf8JsonReader(text);
                return reader.Read() && reader.TrySkip() && !reader.Read();
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }

    private sealed class HexWriter : CellWriter
    {
        public override void Write(Column column, int row, LoadBody body)
        {
            var bytes = ((BytesColumn)column)[row];
            Convert.TryToHexStringLower(bytes, body.Room(bytes.Length * 2), out var written);
            body.Advance(written);
        }
    }
}
