using CdcLake.Connectors;
using CdcLake.Runtime;

namespace CdcLake.Tests.Runtime;

public sealed class RetentionReportTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(1);

    [Theory]
    [InlineData(null, false, null, false)]
    [InlineData(null, true, null, true)]
    [InlineData(7200, false, 7200, false)]
    [InlineData(3599, false, 3599, true)]
    [InlineData(-5, false, 0, true)]
    public void Warning_comes_before_the_log_goes(int? seconds, bool isPurged, int? left, bool isExpiring)
    {
        var found = new LogRetention(Now, TimeSpan.FromDays(1), "binlog.000001", 7, Now + (seconds is { } s ? TimeSpan.FromSeconds(s) : null), TimeSpan.FromHours(1), isPurged);
        var status = RetentionReport.Of(found, Now);
        Assert.Equal((left is { } l ? TimeSpan.FromSeconds(l) : (TimeSpan?)null, isExpiring, isPurged), (status.Left, status.IsExpiring, status.IsPurged));
    }

    [Fact]
    public void Time_runs_on_while_the_server_does_not_answer()
    {
        var found = new LogRetention(Now, TimeSpan.FromDays(1), "binlog.000001", 7, Now.AddHours(2), TimeSpan.FromHours(1), false) { Error = new MySqlServerException("gone") };
        Assert.False(RetentionReport.Of(found, Now).IsExpiring);
        var later = RetentionReport.Of(found, Now.AddMinutes(90));
        Assert.True(later.IsExpiring);
        Assert.Equal((Now, TimeSpan.FromMinutes(30), "gone"), (later.At, later.Left, later.Error!.Message));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(900L, false)]
    [InlineData(890L, true)] // more than two thirds
    [InlineData(100L, true)]
    public void Log_that_is_kept_by_its_size_warns_when_less_than_a_third_is_left(long? most, bool isExpiring)
    {
        var status = RetentionReport.Of(new LogRetention(Now, null, "binlog.000001", 600, null, TimeSpan.Zero, false) { MaxBytes = most }, Now);
        Assert.Equal((most, isExpiring), (status.MaxBytes, status.IsExpiring));
    }
}
