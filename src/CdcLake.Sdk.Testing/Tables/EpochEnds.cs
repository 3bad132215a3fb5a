using CdcLake.Common;
using CdcLake.MySql.Binlog;

namespace CdcLake.Testing.Tables;

/// <summary>Says behind which transactions of a log that is read again epochs end: one to three of them are one, as the seed has it.</summary>
/// <param name="seed">Decides.</param>
/// <param name="processor">Reads the log.</param>
internal sealed class EpochEnds(int seed, BinlogEventProcessor processor)
{
    private const ulong MostTransactions = 3;
    private long _read = (long)processor.Executed.Count;
    private long _begun = (long)processor.Executed.Count;

    /// <summary>After each event: whether a transaction ended with it, and whether an epoch does.</summary>
    public (bool IsEnd, bool Closes) Next()
    {
        var count = (long)processor.Executed.Count;
        if (count == _read)
        {
            return (false, false);
        }

        _read = count;
        if (count - _begun <= (long)(Hash64.Of(Hash64.Combine((ulong)seed, (ulong)_begun)) % MostTransactions))
        {
            return (true, false);
        }

        _begun = count;
        return (true, true);
    }
}
