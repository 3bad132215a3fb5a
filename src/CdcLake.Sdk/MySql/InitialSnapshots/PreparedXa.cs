using System.Globalization;
using CdcLake.Common;
using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

// The rows of an XA transaction stand in the log where it is prepared, and are valid from where it is committed. One that was prepared before L and is still open when the
// views are opened is in no view, and its end behind the cut does not carry its rows. So:
//
//   L    is read; then the prepared transactions are listed: all that were prepared before L and are still open are among them
//   ...  until none of these is listed any more; what is prepared meanwhile does not matter, since it stands behind L
//   n    views are opened, and show what became of them; that they end is read in the window, and passed over as settled

/// <summary>XA transactions that are prepared while a cut is taken. MySQL grants the look at them with XA_RECOVER_ADMIN.</summary>
internal static class PreparedXa
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10); // then the cut begins anew, so that its window does not grow
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits until each of some transactions has ended.</summary>
    /// <param name="session">Asks.</param>
    /// <param name="open">The transactions.</param>
    /// <param name="plan">Times.</param>
    /// <param name="waiting">Told, once, what is waited for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BinlogUnavailableException">Transient: one is still open after a while.</exception>
    public static async Task WaitAsync(
        ServerSession session, IReadOnlyCollection<XaId> open, SnapshotPlan plan, Action<CdcLakeException> waiting, CancellationToken cancellationToken)
    {
        var began = plan.Clock.GetTimestamp();
        var delay = new Backoff(FirstPause, LongestPause, plan.Identity.ServerId);
        var patience = Patience < plan.Settings.SnapshotPatience ? Patience : plan.Settings.SnapshotPatience;
        var isFirst = true;
        while (open.Count > 0)
        {
            var now = await ServerDialects.Of(session).ListPreparedAsync(session, cancellationToken).ConfigureAwait(false);
            now.IntersectWith(open);
            if (now.Count == 0)
            {
                return;
            }

            var error = Open(session.Peer, now);
            if (plan.Clock.GetElapsedTime(began) > patience)
            {
                throw error;
            }

            if (isFirst)
            {
                waiting(error);
                isFirst = false;
            }

            await Task.Delay(delay.Next(), plan.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private static BinlogUnavailableException Open(string peer, HashSet<XaId> open) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{open.Count} XA transactions are prepared on {peer} and not yet decided, such as {open.First()} (XA RECOVER lists them); a snapshot would miss their rows. ")
        + "Commit or roll them back: the snapshot then begins.")
    {
        IsTransient = true,
    };
}
