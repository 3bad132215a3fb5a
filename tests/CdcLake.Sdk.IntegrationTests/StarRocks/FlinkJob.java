import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.functions.ScalarFunction;

/**
 * A Flink job that writes a table through StarRocks' own Flink connector: groups that grow, whose rows are replaced, and of which one in ten is deleted in the end. The job fails once in
 * the middle and goes on from its last checkpoint. Arguments: address for loads, host and port of the MySQL protocol, "at-least-once" or "exactly-once", folder for checkpoints.
 */
public class FlinkJob {
    private static final AtomicInteger FAILURES = new AtomicInteger();

    public static class FailOnce extends ScalarFunction {
        public Long eval(Long id) {
            if (id == 20000 && FAILURES.getAndIncrement() == 0) {
                throw new IllegalStateException("this failure belongs to the test");
            }
            return id;
        }
    }

    public static void main(String[] args) throws Exception {
        Configuration settings = new Configuration();
        settings.setString("execution.checkpointing.interval", "300 ms");
        settings.setString("execution.checkpointing.mode", "EXACTLY_ONCE");
        settings.setString("execution.checkpointing.dir", args[3]);
        settings.setString("restart-strategy.type", "fixed-delay");
        settings.setString("restart-strategy.fixed-delay.attempts", "3");
        settings.setString("restart-strategy.fixed-delay.delay", "100 ms");
        settings.setString("parallelism.default", "1");
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment(settings);
        StreamTableEnvironment tables = StreamTableEnvironment.create(environment);
        tables.createTemporarySystemFunction("fail_once", FailOnce.class);
        tables.executeSql("CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10000', 'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '39999')");
        tables.executeSql("CREATE TABLE users (id BIGINT, name STRING, n BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'starrocks', 'load-url' = '" + args[0]
            + "', 'jdbc-url' = 'jdbc:mysql://" + args[1] + "', 'database-name' = 'analytics', 'table-name' = 'users', 'username' = 'root', 'password' = 'secret', 'sink.semantic' = '" + args[2]
            + "', 'sink.label-prefix' = 'flink', 'sink.ignore.update-before' = 'false', 'sink.buffer-flush.interval-ms' = '1000', 'sink.properties.format' = 'json', 'sink.properties.strip_outer_array' = 'true')");
        tables.executeSql("INSERT INTO users SELECT id, CAST(CONCAT('n', CAST(last_id AS STRING)) AS STRING), n FROM (SELECT MOD(fail_once(id), 1000) AS id, MAX(id) AS last_id, COUNT(*) AS n FROM numbers"
            + " GROUP BY MOD(fail_once(id), 1000)) WHERE MOD(id, 10) <> 0 OR n < 40").await();
        System.out.println("failed and went on: " + (FAILURES.get() >= 2));
    }
}
