using System.Buffers.Binary;

namespace CdcLake.Benchmarks.Logs;

/// <summary>Collects row images of one table and writes them as rows events, as the server does: as many images as fit 8 KiB.</summary>
internal sealed class RowsEvent
{
    public const byte Write = 30;
    public const byte Update = 31;

    private readonly LogWriter _log;
    private readonly byte[] _tableMap;
    private readonly byte[] _body = new byte[2 * LogWriter.RowsEventSize];
    private readonly int _columns;
    private byte _kind;
    private int _used;

    /// <param name="log">Where events go.</param>
    /// <param name="tableMap">Body of the TABLE_MAP event; its first six bytes are the table's number.</param>
    /// <param name="columns">Columns of the table, at most 16.</param>
    public RowsEvent(LogWriter log, byte[] tableMap, int columns)
    {
        _log = log;
        _tableMap = tableMap;
        _columns = columns;
    }

    /// <summary>The table map comes before the first rows of a statement.</summary>
    public void BeginStatement(byte kind)
    {
        _kind = kind;
        _log.Event(19, _tableMap);
        Reset();
    }

    /// <summary>Room for one image (or, for updates, two); <see cref="Take"/> what was used of it.</summary>
    public Span<byte> Room(int bytes)
    {
        if (_used + bytes > LogWriter.RowsEventSize)
        {
            Emit(last: false);
            Reset();
        }

        return _body.AsSpan(_used);
    }

    public void Take(int bytes) => _used += bytes;

    public void EndStatement() => Emit(last: true);

    private void Emit(bool last)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_body.AsSpan(6), (ushort)(last ? 1 : 0));
        _log.Event(_kind, _body.AsSpan(0, _used));
    }

    private void Reset()
    {
        _tableMap.AsSpan(0, 6).CopyTo(_body);
        BinaryPrimitives.WriteUInt16LittleEndian(_body.AsSpan(8), 2);
        _body[10] = (byte)_columns;
        _used = 11;
        for (var image = 0; image < (_kind == Update ? 2 : 1); image++)
        {
            for (var i = 0; i < (_columns + 7) / 8; i++)
            {
                _body[_used++] = 0xFF;
            }
        }
    }
}
