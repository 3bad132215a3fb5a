using System.Buffers.Text;

namespace CdcLake.State.Spilling;

/// <summary>
/// Keeps few pages of mapped files in the process. Linux tells how many are there (<c>/proc/self/statm</c>, third number); elsewhere the system decides alone. Thread-safe.
/// </summary>
/// <param name="most">Bytes that may be resident, beyond those before the first look.</param>
internal sealed class ResidentPages(long most)
{
    private readonly Lock _lock = new();
    private long _before = -1;

    /// <summary>Takes out all pages when there are too many.</summary>
    public void Trim(SpillArea area)
    {
        if (!OperatingSystem.IsLinux() || area.Bytes == 0 || !_lock.TryEnter())
        {
            return; // another one is at it
        }

        try
        {
            var now = Read();
            _before = _before < 0 ? now : Math.Min(now, _before);
            if (now - _before > most)
            {
                area.DropPages();
            }
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>Bytes of file pages in the process; 0 where that is not told.</summary>
    private static long Read()
    {
        try
        {
            using var file = File.OpenHandle("/proc/self/statm");
            Span<byte> text = stackalloc byte[128];
            text = text[..RandomAccess.Read(file, text, 0)];
            for (var field = 0; field < 2; field++)
            {
                text = text[(text.IndexOf((byte)' ') + 1)..];
            }

            return Utf8Parser.TryParse(text, out long pages, out _) ? pages * Environment.SystemPageSize : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // a system without /proc
        }
    }
}
