using CdcLake.MySql.Binlog.Events;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// What table ids stand for in the stream that is read. Servers number tables anew in every stream, so that an id that was not described in this one is damage;
/// what was compiled for a description is kept and used again when the same bytes come. Not thread-safe.
/// </summary>
internal sealed class TableMaps(CaptureSet tables, LogCursor cursor)
{
    private const int MaxMaps = 65_536;

    private readonly Dictionary<ulong, Mapping> _maps = [];
    private int _version;
    private ulong _lastId;
    private Mapping? _last;

    /// <summary>Takes a TABLE_MAP event.</summary>
    /// <param name="stream">The stream it was seen in.</param>
    /// <param name="id">Table id.</param>
    /// <param name="body">The part behind table id and flags.</param>
    /// <returns>False for a table that was created and has no row yet: it has to be captured, and described by <see cref="Add"/>, before its rows are read.</returns>
    /// <exception cref="SchemaMismatchException">A captured table is not as it was planned.</exception>
    /// <exception cref="BinlogUnavailableException">A captured table is described without names.</exception>
    public bool Describe(long stream, ulong id, ReadOnlySpan<byte> body)
    {
        if (_version != tables.Version || _maps.Count >= MaxMaps)
        {
            _maps.Clear();
            _version = tables.Version;
        }

        if (!_maps.TryGetValue(id, out var mapping) || !mapping.Matches(body))
        {
            mapping = Create(body);
            _maps[id] = mapping;
        }

        mapping.Stream = stream;
        (_lastId, _last) = (id, mapping);
        return !mapping.IsAwaited;
    }

    /// <summary>A table is captured from here on that was not before; what stands for other tables stays.</summary>
    public void Add(long stream, ulong id, ReadOnlySpan<byte> body)
    {
        _version = tables.Version;
        _maps.Remove(id);
        _ = Describe(stream, id, body);
    }

    /// <summary>Finds what an id stands for; null when this stream has not described it.</summary>
    public Mapping? Find(long stream, ulong id)
    {
        if (id != _lastId || _last is null)
        {
            (_lastId, _last) = (id, _maps.GetValueOrDefault(id));
        }

        return _last?.Stream == stream ? _last : null;
    }

    private Mapping Create(ReadOnlySpan<byte> body)
    {
        if (tables.TryFind(body, out var table))
        {
            var definition = table.Define(body, cursor.IsMariaDb);
            return new Mapping(definition.Body, table, definition);
        }

        return new Mapping(body[..TableMapEvent.NamesLength(body)].ToArray(), null, null) { IsAwaited = tables.IsAwaited(body) };
    }

    /// <summary>One described table. Of tables that are not captured only the names are compared and nothing else is read.</summary>
    internal sealed class Mapping(byte[] body, CapturedTable? table, CapturedTable.Definition? definition)
    {
        /// <summary>Null when the table is not captured.</summary>
        public CapturedTable? Table { get; } = table;

        public CapturedTable.Definition? Definition { get; } = definition;

        /// <summary>True for a table that was created and has no row yet.</summary>
        public bool IsAwaited { get; init; }

        /// <summary>The stream it was last seen in.</summary>
        public long Stream { get; set; }

        public bool Matches(ReadOnlySpan<byte> other) => Table is null ? other.StartsWith(body) : other.SequenceEqual(body);
    }
}
