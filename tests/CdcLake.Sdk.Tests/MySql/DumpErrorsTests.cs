using CdcLake.MySql;
using CdcLake.MySql.Checks;

namespace CdcLake.Tests.MySql;

public sealed class DumpErrorsTests
{
    [Theory]
    [InlineData("Cannot replicate because the source purged required binary logs. Replicate the missing transactions from elsewhere", "purged log files")]
    [InlineData("Could not find first log file name in binary log index file", "purged log files")]
    [InlineData("Slave has more GTIDs than the master has, using the master's SERVER_UUID.", "lacks transactions")]
    [InlineData("Replica has more GTIDs than the source has, using the source's SERVER_UUID.", "lacks transactions")]
    [InlineData("A replica with the same server_uuid/server_id as this replica has connected to the source", "runs twice")]
    [InlineData("The replication sender thread cannot start in AUTO_POSITION mode: this server has GTID_MODE = OFF", "SET PERSIST gtid_mode=ON")]
    [InlineData("log event entry exceeded max_allowed_packet; Increase max_allowed_packet on source", "max_allowed_packet=1073741824")]
    [InlineData("Binary log is not open", "log_bin is off")]
    [InlineData("bogus data in log event", "cannot read its own log on")]
    public void Texts_of_1236_become_errors_that_say_what_to_do(string text, string expected)
    {
        var error = DumpErrors.Classify(new MySqlServerException(text, 1236, "HY000"), "db:3306", ManagedService.None);
        Assert.IsType<BinlogUnavailableException>(error);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.IsType<MySqlServerException>(error.InnerException);
    }

    [Theory]
    [InlineData(ManagedService.MariaDb, "SET GLOBAL expire_logs_days=7; and put")]
    [InlineData(ManagedService.Rds, "CALL mysql.rds_set_configuration('binlog retention hours', 168);")]
    [InlineData(ManagedService.None, "SET PERSIST binlog_expire_logs_seconds=604800;")]
    internal void Advice_is_what_the_server_takes(ManagedService service, string expected)
    {
        var error = DumpErrors.Classify(new MySqlServerException("Could not find GTID state requested by slave in any binlog files.", 1236, "HY000"), "db:3306", service);
        Assert.Contains($"To keep logs longer: Run: {expected}", error.Message, StringComparison.Ordinal);
        Assert.True(Assert.IsType<BinlogUnavailableException>(error).IsPurged);
        Assert.Equal(service != ManagedService.None, !error.Message.Contains("SET PERSIST", StringComparison.Ordinal));
    }

    [Fact]
    public void Other_errors_stay_what_they_are()
    {
        var error = new MySqlServerException("Server shutdown in progress", 1053, "08S01") { IsTransient = true };
        Assert.Same(error, DumpErrors.Classify(error, "db:3306", ManagedService.None));
    }
}
