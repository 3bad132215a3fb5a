using CdcLake.Common;

namespace CdcLake.Testing.Crashes;

/// <summary>Says at which passes of which points the pipeline is killed: one that was asked for, and others by chance from a seed. Outlives the processes. Thread-safe.</summary>
/// <param name="seed">Decides about chance: the n-th pass of a point has the same fate in every run.</param>
/// <param name="rate">Share of all passes, from 0 to below 1.</param>
internal sealed class CrashPlan(int seed, double rate)
{
    private const int Points = 7;

    private readonly Lock _lock = new();
    private readonly ulong[] _passes = new ulong[Points];
    private CrashPoint? _point;
    private int _left;

    /// <summary>Kills until now.</summary>
    public int Crashes { get; private set; }

    /// <summary>What was asked for and has not happened, as text; null when there is nothing.</summary>
    public string? Pending
    {
        get
        {
            lock (_lock)
            {
                return _left == 0 ? null : $"{_point?.ToString() ?? "any point"}, {_left} more passes";
            }
        }
    }

    /// <summary>Asks for a kill at the n-th pass of a point from now on; of any point when it is null.</summary>
    public void Arm(CrashPoint? point, int pass)
    {
        lock (_lock)
        {
            (_point, _left) = (point, pass);
        }
    }

    /// <summary>Takes back what was asked for.</summary>
    public void Disarm() => Arm(null, 0);

    /// <summary>The pipeline comes by: true when it is to be killed here.</summary>
    public bool Strikes(CrashPoint point)
    {
        lock (_lock)
        {
            var pass = _passes[(int)point]++;
            var isAsked = _left > 0 && (_point is null || _point == point) && --_left == 0;
            var chance = Hash64.Of(Hash64.Combine((ulong)seed, ((ulong)point << 32) + pass)) / (double)ulong.MaxValue;
            return isAsked || chance < rate;
        }
    }

    /// <summary>It was killed.</summary>
    public void Crashed()
    {
        lock (_lock)
        {
            Crashes++;
        }
    }
}
