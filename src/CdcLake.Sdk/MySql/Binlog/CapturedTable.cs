using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Columns;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog;

/// <summary>A captured table while its log is read: the decoders for the definitions it was seen with, and what is known of its rows.</summary>
internal sealed class CapturedTable(TableCapture capture, int index, DatePolicy dates)
{
    private const int MaxDefinitions = 16;

    private readonly List<Definition> _definitions = [];

    public TableCapture Capture { get; } = capture;

    /// <summary>Number of the table towards the output, and of its rows in <see cref="PendingChanges"/>.</summary>
    public int Index { get; } = index;

    /// <summary>Qualified name.</summary>
    public string Name => Capture.Table.Name;

    /// <summary>Positions in the batches of the columns that rows of other captured tables refer to.</summary>
    public IReadOnlyList<int> Referenced { get; } = [.. capture.Referenced.Select(r => capture.Columns.ToList().IndexOf(r))];

    /// <summary>Positions in the batches of the columns by which rows are completed that the log has in part.</summary>
    public IReadOnlyList<int> Key { get; } = [.. capture.Table.Completion?.Key.Select(k => capture.Columns.ToList().IndexOf(k)) ?? []];

    /// <summary>True when every row the table ever had is in the log that was read.</summary>
    public bool IsComplete { get; set; }

    /// <summary>True once a change of a row was read.</summary>
    public bool HasRows { get; set; }

    /// <summary>True once a statement gave the table a foreign key that changes its rows.</summary>
    public bool HasActions { get; set; }

    /// <summary>True while the log may describe it otherwise than it was planned for, so that it has to be read anew then. One that was just read would be again and again.</summary>
    public bool MayBeOther { get; set; }

    /// <summary>True while text columns that say no character set are certainly utf8mb4.</summary>
    public bool IsUnicode { get; set; } = capture.Table.Charset == "utf8mb4";

    /// <summary>The decoder for a definition, compiled when it is seen for the first time.</summary>
    /// <param name="body">TABLE_MAP event behind table id and flags, without checksum.</param>
    /// <param name="isMariaDb">Who wrote it.</param>
    /// <exception cref="SchemaMismatchException">The definition contradicts the one that the pipeline was planned with.</exception>
    /// <exception cref="BinlogUnavailableException">The event has no column names.</exception>
    public Definition Define(ReadOnlySpan<byte> body, bool isMariaDb)
    {
        foreach (var known in _definitions)
        {
            if (body.SequenceEqual(known.Body))
            {
                return known;
            }
        }

        var map = TableMapEvent.Read(body, isMariaDb);
        if (!map.HasNames)
        {
            throw WithoutNames(Name);
        }

        var columns = dates.Apply(Name, isMariaDb ? PlannedTypes.Apply(Capture.Table, map.Columns) : map.Columns);
        var read = TableDefinitionCheck.Find(Capture, columns);
        if (_definitions.Count == MaxDefinitions)
        {
            _definitions.RemoveAt(0);
        }

        var definition = new Definition(body.ToArray(), columns.Length, read, new RowDecoder(Name, columns, read), new PartialImages(columns), new SparseImages(columns));
        _definitions.Add(definition);
        return definition;
    }

    /// <summary>The error of a description without names.</summary>
    public static BinlogUnavailableException WithoutNames(string table) => new(
        $"The log has no column names for table {table}: it was written with binlog_row_metadata=MINIMAL. " +
        "Run SET GLOBAL binlog_row_metadata=FULL; FLUSH BINARY LOGS; and capture from there.");

    /// <param name="Body">Bytes of the TABLE_MAP that define it.</param>
    /// <param name="Columns">Columns of the table.</param>
    /// <param name="Read">Ordinals of those that are captured, in the order of the capture.</param>
    /// <param name="Decoder">Compiled for them.</param>
    /// <param name="Partial">Completes images of partial updates for it.</param>
    /// <param name="Sparse">Completes images that lack columns which are not captured.</param>
    internal sealed record Definition(byte[] Body, int Columns, int[] Read, RowDecoder Decoder, PartialImages Partial, SparseImages Sparse);
}
